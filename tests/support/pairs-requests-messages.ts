import { dig, filled, type Json, type JsonObject, objectAt, objectsAt, textAt } from "./pairs-json.ts";
import {
  type Choice,
  joinedTurns,
  type Media,
  nameOfCall,
  onlySaid,
  type Part,
  type Phrasing,
  type Question,
  type ToolOutput,
  type Turn,
} from "./pairs-question.ts";

/** The limit of a caller that wants none: this dialect must name one. */
const MAX_TOKENS = 1_000;

/** `POST /v1/messages`, as Anthropic documents it. */
export const messagesPhrasing: Phrasing = {
  write: (question, { model, isStream }) =>
    filled({
      model,
      stream: isStream ? true : undefined,
      max_tokens: question.maxOutput ?? MAX_TOKENS,
      system: question.system,
      messages: question.turns.map(writeTurn),
      tools: question.tools?.map(({ name, description, schema, strict, kept }) =>
        filled({ name, description, input_schema: schema, strict, cache_control: kept && KEPT }),
      ),
      tool_choice: writeChoice(question),
      output_config: writeOutput(question),
      thinking: question.budget === undefined ? undefined : { type: "enabled", budget_tokens: question.budget },
      temperature: question.temperature,
      top_p: question.topP,
      top_k: question.topK,
      stop_sequences: question.stop,
      metadata: question.user === undefined ? undefined : { user_id: question.user },
      service_tier: question.tier,
    }),
  read: readRequest,
};

const KEPT: JsonObject = { type: "ephemeral" };

function writeChoice({ choice, oneAtATime }: Question): JsonObject | undefined {
  if (choice === undefined && oneAtATime === undefined) return undefined;
  const single = oneAtATime === undefined ? {} : { disable_parallel_tool_use: oneAtATime };
  if (typeof choice === "object" && "named" in choice) return { type: "tool", name: choice.named, ...single };
  return { type: choice === "required" ? "any" : choice === "none" ? "none" : "auto", ...single };
}

function writeOutput({ schema, effort }: Question): JsonObject | undefined {
  const format = schema && { type: "json_schema", schema };
  return format || effort ? filled({ format, effort }) : undefined;
}

const writeTurn = ({ who, parts }: Turn): JsonObject => ({
  role: who === "model" ? "assistant" : who === "system" ? "system" : "user",
  content: parts.map(writePart),
});

function writePart(part: Part): JsonObject {
  if ("text" in part) return filled({ type: "text", text: part.text, cache_control: part.kept && KEPT });
  if ("thought" in part) return { type: "thinking", thinking: part.thought, signature: part.proof };
  if ("call" in part) return { type: "tool_use", id: part.call, name: part.name, input: part.input };
  if ("result" in part) return writeResult(part);
  if ("image" in part) return { type: "image", source: sourceOf(part.image) };
  if ("file" in part) return filled({ type: "document", source: sourceOf(part.file), title: part.called });
  throw new Error("messages has no such part");
}

const writeResult = ({ result, output, image, failed }: ToolOutput): JsonObject =>
  filled({
    type: "tool_result",
    tool_use_id: result,
    content: image
      ? [
          { type: "text", text: output },
          { type: "image", source: sourceOf(image) },
        ]
      : output,
    is_error: failed,
  });

const sourceOf = (media: Media): JsonObject =>
  "data" in media ? { type: "base64", media_type: media.type, data: media.data } : { type: "url", url: media.url };

function readRequest(body: JsonObject): Question {
  const turns: Turn[] = [];
  for (const turn of objectsAt(body.messages)) for (const one of readTurn(turn, turns)) turns.push(one);
  const config = objectAt(body.output_config);
  return onlySaid<Question>({
    ...readSettings(body),
    system: body.system === undefined ? undefined : textsIn(body.system),
    turns: joinedTurns(turns),
    tools: body.tools === undefined ? undefined : objectsAt(body.tools).filter(isFunction).map(readTool),
    choice: body.tool_choice === undefined ? undefined : readChoice(objectAt(body.tool_choice)),
    schema: dig(config, "format", "type") === "json_schema" ? objectAt(config, "format", "schema") : undefined,
    effort: text(config.effort),
  });
}

const number = (value: unknown) => (typeof value === "number" ? value : undefined);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);

function readSettings(body: JsonObject): Partial<Question> {
  const single = dig(body, "tool_choice", "disable_parallel_tool_use");
  return {
    maxOutput: number(body.max_tokens),
    temperature: number(body.temperature),
    topP: number(body.top_p),
    topK: number(body.top_k),
    stop: Array.isArray(body.stop_sequences) ? body.stop_sequences.map(String) : undefined,
    oneAtATime: typeof single === "boolean" ? single : undefined,
    budget: number(dig(body, "thinking", "budget_tokens")),
    user: text(dig(body, "metadata", "user_id")),
    tier: text(body.service_tier),
  };
}

const isFunction = ({ type }: JsonObject) => type === undefined || type === "custom";

const readTool = ({ name, description, input_schema, strict, cache_control }: JsonObject) =>
  onlySaid({
    name: textAt(name),
    description: textAt(description),
    schema: objectAt(input_schema),
    strict: typeof strict === "boolean" ? strict : undefined,
    kept: cache_control ? (true as const) : undefined,
  });

function readChoice({ type, name }: JsonObject): Choice {
  if (type === "any") return "required";
  if (type === "tool") return { named: textAt(name) };
  if (type === "auto" || type === "none") return type;
  throw new Error(`a choice of no known type: ${JSON.stringify(type)}`);
}

const textsIn = (content: Json | undefined): string =>
  typeof content === "string"
    ? content
    : objectsAt(content)
        .map((block) => textAt(block.text))
        .join("\n\n");

function readTurn({ role, content }: JsonObject, before: readonly Turn[]): readonly Turn[] {
  const parts =
    typeof content === "string" ? [{ text: content }] : objectsAt(content).map((one) => readBlock(one, before));
  if (role === "assistant") return [{ who: "model", parts }];
  if (role === "system") return [{ who: "system", parts }];
  if (role !== "user") throw new Error(`nobody speaks as ${JSON.stringify(role)}`);
  const results = parts.filter((part) => "result" in part);
  const said = parts.filter((part) => !("result" in part));
  const isFirst = parts.slice(0, results.length).every((part) => "result" in part);
  if (!isFirst) throw new Error("a tool's result stands behind what the user says");
  return [
    ...(results.length > 0 ? [{ who: "tools", parts: results } as const] : []),
    ...(said.length > 0 ? [{ who: "user", parts: said } as const] : []),
  ];
}

function readBlock(block: JsonObject, before: readonly Turn[]): Part {
  switch (block.type) {
    case "text":
      return { text: textAt(block.text), ...(block.cache_control ? { kept: true } : {}) };
    case "image":
      return { image: mediaOf(objectAt(block.source)) };
    case "document":
      return onlySaid({ file: mediaOf(objectAt(block.source)), called: text(block.title) });
    case "thinking":
      return { thought: textAt(block.thinking), proof: textAt(block.signature) };
    case "tool_use":
      return { call: textAt(block.id), name: textAt(block.name), input: objectAt(block.input) };
    case "tool_result":
      return readResult(block, before);
    default:
      throw new Error(`a block of no known type: ${JSON.stringify(block)}`);
  }
}

function readResult(block: JsonObject, before: readonly Turn[]): Part {
  const result = textAt(block.tool_use_id);
  const blocks = typeof block.content === "string" ? [] : objectsAt(block.content);
  const image = blocks.find(({ type }) => type === "image");
  const output = typeof block.content === "string" ? block.content : blocks.map((one) => textAt(one.text)).join("");
  return {
    result,
    name: nameOfCall(before, result),
    output,
    ...(image ? { image: mediaOf(objectAt(image.source)) } : {}),
    ...(block.is_error === true ? { failed: true } : {}),
  };
}

function mediaOf(source: JsonObject): Media {
  if (source.type === "url") return { url: textAt(source.url) };
  if (source.type === "text")
    return { type: textAt(source.media_type), data: Buffer.from(textAt(source.data)).toString("base64") };
  return { type: textAt(source.media_type), data: textAt(source.data) };
}
