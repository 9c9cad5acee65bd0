import { dig, filled, type Json, type JsonObject, objectAt, objectsAt, parseObject, textAt } from "./pairs-json.ts";
import {
  type Choice,
  joinedTurns,
  type Media,
  mediaOfUrl,
  nameOfCall,
  onlySaid,
  type Part,
  type Phrasing,
  type Question,
  type ToolOutput,
  type Turn,
  urlOfMedia,
} from "./pairs-question.ts";

const LOGPROBS = "message.output_text.logprobs";

/** `POST /v1/responses`, as OpenAI documents it. */
export const responsesPhrasing: Phrasing = {
  write: (question, { model, isStream }) =>
    filled({
      model,
      stream: isStream ? true : undefined,
      instructions: question.system,
      input: question.turns.flatMap(writeTurn),
      tools: question.tools?.map(({ name, description, schema, strict }) =>
        filled({ type: "function", name, description, parameters: schema, strict: strict ?? false }),
      ),
      tool_choice: question.choice && writeChoice(question.choice),
      parallel_tool_calls: question.oneAtATime === undefined ? undefined : !question.oneAtATime,
      text: writeText(question),
      max_output_tokens: question.maxOutput,
      temperature: question.temperature,
      top_p: question.topP,
      top_logprobs: question.logprobs,
      include: question.logprobs === undefined ? undefined : [LOGPROBS],
      reasoning: question.effort === undefined ? undefined : { effort: question.effort },
      safety_identifier: question.user,
      metadata: question.metadata,
      service_tier: question.tier,
      prompt_cache_key: question.cacheKey,
    }),
  read: readRequest,
};

function writeChoice(choice: Choice): Json {
  if (typeof choice === "string") return choice;
  const named = (name: string) => ({ type: "function", name });
  if ("named" in choice) return named(choice.named);
  return { type: "allowed_tools", mode: "required", tools: choice.oneOf.map(named) };
}

function writeText({ schema, json, verbosity }: Question): JsonObject | undefined {
  const strict = schema && { type: "json_schema", name: "answer", schema, strict: true };
  const format = strict ?? (json && { type: "json_object" });
  return format || verbosity ? filled({ format, verbosity }) : undefined;
}

function writeTurn({ who, parts }: Turn): readonly JsonObject[] {
  if (who === "user" || who === "system")
    return [{ type: "message", role: who, content: parts.map((part) => writePart(part)) }];
  return parts.map((part) => writeItem(part));
}

function writeItem(part: Part): JsonObject {
  if ("call" in part)
    return { type: "function_call", call_id: part.call, name: part.name, arguments: JSON.stringify(part.input) };
  if ("result" in part) return writeResult(part);
  if ("thought" in part)
    return {
      type: "reasoning",
      id: "rs_0",
      summary: [{ type: "summary_text", text: part.thought }],
      encrypted_content: part.proof,
    };
  if ("text" in part)
    return { type: "message", role: "assistant", content: [{ type: "output_text", text: part.text, annotations: [] }] };
  throw new Error("a model says no such part");
}

const writeResult = ({ result, output, image }: ToolOutput): JsonObject => ({
  type: "function_call_output",
  call_id: result,
  output: image ? [{ type: "input_text", text: output }, writeImage(image)] : output,
});

const writeImage = (image: Media): JsonObject => ({
  type: "input_image",
  image_url: urlOfMedia(image),
  detail: "auto",
});

function writePart(part: Part): JsonObject {
  if ("text" in part)
    return filled({
      type: "input_text",
      text: part.text,
      prompt_cache_breakpoint: part.kept && { mode: "explicit" },
    });
  if ("image" in part && !("result" in part)) return writeImage(part.image);
  if ("audio" in part) return { type: "input_audio", input_audio: { data: part.audio, format: part.format } };
  if (!("file" in part)) throw new Error("responses has no such part");
  return "url" in part.file
    ? { type: "input_file", file_url: part.file.url }
    : { type: "input_file", filename: part.called ?? "paper.pdf", file_data: urlOfMedia(part.file) };
}

function readRequest(body: JsonObject): Question {
  const turns: Turn[] = [];
  const items = typeof body.input === "string" ? [{ role: "user", content: body.input }] : objectsAt(body.input);
  for (const item of items) turns.push(readItem(item, turns));
  const format = objectAt(body, "text", "format");
  return onlySaid<Question>({
    ...readSettings(body),
    system: text(body.instructions),
    turns: joinedTurns(turns),
    tools: body.tools === undefined ? undefined : objectsAt(body.tools).filter(isFunction).map(readTool),
    choice: body.tool_choice === undefined ? undefined : readChoice(body.tool_choice),
    oneAtATime: body.parallel_tool_calls === undefined ? undefined : body.parallel_tool_calls === false,
    schema: format.type === "json_schema" ? objectAt(format.schema) : undefined,
    json: format.type === "json_object" ? true : undefined,
  });
}

const number = (value: unknown) => (typeof value === "number" ? value : undefined);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);

function readSettings(body: JsonObject): Partial<Question> {
  const include = Array.isArray(body.include) ? body.include : [];
  return {
    maxOutput: number(body.max_output_tokens),
    temperature: number(body.temperature),
    topP: number(body.top_p),
    logprobs: include.includes(LOGPROBS) ? (number(body.top_logprobs) ?? 0) : undefined,
    effort: text(dig(body, "reasoning", "effort")),
    verbosity: text(dig(body, "text", "verbosity")),
    user: text(body.safety_identifier) ?? text(body.user),
    metadata: body.metadata === undefined ? undefined : objectAt(body.metadata),
    tier: text(body.service_tier),
    cacheKey: text(body.prompt_cache_key),
  };
}

const isFunction = ({ type }: JsonObject) => type === "function";

const readTool = ({ name, description, parameters, strict }: JsonObject) =>
  onlySaid({
    name: textAt(name),
    description: textAt(description),
    schema: objectAt(parameters),
    strict: typeof strict === "boolean" ? strict : undefined,
  });

function readChoice(choice: Json): Choice {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (dig(choice, "type") !== "allowed_tools") return { named: textAt(choice, "name") };
  return { oneOf: objectsAt(choice, "tools").map((tool) => textAt(tool.name)) };
}

function readItem(item: JsonObject, before: readonly Turn[]): Turn {
  switch (item.type) {
    case "function_call": {
      const input = parseObject(textAt(item.arguments));
      return { who: "model", parts: [{ call: textAt(item.call_id), name: textAt(item.name), input }] };
    }
    case "function_call_output":
      return { who: "tools", parts: [readResult(item, before)] };
    case "reasoning": {
      const thought = [...objectsAt(item.summary), ...objectsAt(item.content)].map((one) => textAt(one.text)).join("");
      return { who: "model", parts: [{ thought, proof: textAt(item.encrypted_content) }] };
    }
    default:
      return readMessage(item);
  }
}

function readResult(item: JsonObject, before: readonly Turn[]): Part {
  const result = textAt(item.call_id);
  const name = nameOfCall(before, result);
  if (typeof item.output === "string") return { result, name, output: item.output };
  const parts = objectsAt(item.output);
  const image = parts.find(({ type }) => type === "input_image");
  const output = parts.map((part) => textAt(part.text)).join("");
  return { result, name, output, ...(image ? { image: mediaOfUrl(textAt(image.image_url)) } : {}) };
}

const SPEAKERS = { user: "user", assistant: "model", system: "system", developer: "system" } as const;

function readMessage({ role, content }: JsonObject): Turn {
  const who =
    role === "user" || role === "assistant" || role === "system" || role === "developer" ? SPEAKERS[role] : undefined;
  if (who === undefined) throw new Error(`nobody speaks as ${JSON.stringify(role)}`);
  return { who, parts: typeof content === "string" ? [{ text: content }] : objectsAt(content).map(readPart) };
}

function readPart(part: JsonObject): Part {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return { text: textAt(part.text), ...(part.prompt_cache_breakpoint ? { kept: true } : {}) };
    case "input_image":
      return { image: mediaOfUrl(textAt(part.image_url)) };
    case "input_file":
      return part.file_url
        ? { file: { url: textAt(part.file_url) } }
        : { file: mediaOfUrl(textAt(part.file_data)), called: textAt(part.filename) };
    case "input_audio":
      return { audio: textAt(part, "input_audio", "data"), format: textAt(part, "input_audio", "format") };
    default:
      throw new Error(`a part of no known type: ${JSON.stringify(part)}`);
  }
}
