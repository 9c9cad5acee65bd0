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

/** `POST /v1/chat/completions`, as OpenAI documents it. */
export const chatPhrasing: Phrasing = {
  write: (question, { model, isStream }) =>
    filled({
      model,
      ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
      messages: [
        ...(question.system === undefined ? [] : [{ role: "system", content: question.system }]),
        ...question.turns.flatMap(writeTurn),
      ],
      tools: question.tools?.map(({ name, description, schema, strict, kept }) =>
        filled({
          type: "function",
          function: filled({ name, description, parameters: schema, strict }),
          cache_control: kept && { type: "ephemeral" },
        }),
      ),
      tool_choice: question.choice && writeChoice(question.choice),
      parallel_tool_calls: question.oneAtATime === undefined ? undefined : !question.oneAtATime,
      response_format: writeFormat(question),
      max_completion_tokens: question.maxOutput,
      temperature: question.temperature,
      top_p: question.topP,
      stop: question.stop,
      seed: question.seed,
      presence_penalty: question.presence,
      frequency_penalty: question.frequency,
      n: question.answers,
      logprobs: question.logprobs === undefined ? undefined : true,
      top_logprobs: question.logprobs,
      reasoning_effort: question.effort,
      verbosity: question.verbosity,
      user: question.user,
      metadata: question.metadata,
      service_tier: question.tier,
      prompt_cache_key: question.cacheKey,
    }),
  read: readRequest,
};

function writeChoice(choice: Choice): Json {
  if (typeof choice === "string") return choice;
  const named = (name: string) => ({ type: "function", function: { name } });
  if ("named" in choice) return named(choice.named);
  return { type: "allowed_tools", allowed_tools: { mode: "required", tools: choice.oneOf.map(named) } };
}

function writeFormat({ schema, json }: Question): JsonObject | undefined {
  if (schema) return { type: "json_schema", json_schema: { name: "answer", schema, strict: true } };
  return json && { type: "json_object" };
}

function writeTurn({ who, parts }: Turn): readonly JsonObject[] {
  if (who === "tools") return parts.flatMap((part) => ("result" in part ? [writeResult(part)] : []));
  if (who === "model") return [writeModel(parts)];
  return [{ role: who, content: parts.flatMap(writePart) }];
}

const writeResult = ({ result, output, image }: ToolOutput): JsonObject => ({
  role: "tool",
  tool_call_id: result,
  content: image ? [...textOf(output), writeImage(image)] : output,
});

const textOf = (text: string) => (text === "" ? [] : [{ type: "text", text }]);
const writeImage = (image: Media): JsonObject => ({ type: "image_url", image_url: { url: urlOfMedia(image) } });

function writeModel(parts: readonly Part[]): JsonObject {
  const texts = parts.flatMap((part) => ("text" in part ? [part.text] : []));
  const calls = parts.flatMap((part) => ("call" in part ? [writeCall(part)] : []));
  const thoughts = parts.flatMap((part) => ("thought" in part ? [part] : []));
  return filled({
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    reasoning_details: thoughts.length === 0 ? undefined : thoughts.map(writeThought),
    tool_calls: calls.length === 0 ? undefined : calls,
  });
}

const writeCall = ({ call, name, input, proof }: Extract<Part, { call: string }>): JsonObject =>
  filled({
    id: call,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
    extra_content: proof === undefined ? undefined : { google: { thought_signature: proof } },
  });

const writeThought = ({ thought, proof }: { readonly thought: string; readonly proof: string }, index: number) => ({
  type: "reasoning.text",
  text: thought,
  signature: proof,
  index,
});

function writePart(part: Part): readonly JsonObject[] {
  if ("text" in part)
    return [filled({ type: "text", text: part.text, cache_control: part.kept && { type: "ephemeral" } })];
  if ("image" in part && !("result" in part) && part.image) return [writeImage(part.image)];
  if ("file" in part)
    return [{ type: "file", file: { filename: part.called ?? "paper.pdf", file_data: urlOfMedia(part.file) } }];
  if ("audio" in part) return [{ type: "input_audio", input_audio: { data: part.audio, format: part.format } }];
  throw new Error("chat has no such part");
}

function readRequest(body: JsonObject): Question {
  const messages = objectsAt(body.messages);
  const system = messages[0]?.role === "system" ? textsIn(messages[0].content) : undefined;
  const turns: Turn[] = [];
  for (const message of system === undefined ? messages : messages.slice(1)) turns.push(readMessage(message, turns));
  const format = objectAt(body.response_format);
  return onlySaid<Question>({
    ...readSettings(body),
    system,
    turns: joinedTurns(turns),
    tools: body.tools === undefined ? undefined : objectsAt(body.tools).filter(isFunction).map(readTool),
    choice: body.tool_choice === undefined ? undefined : readChoice(body.tool_choice),
    oneAtATime: body.parallel_tool_calls === undefined ? undefined : body.parallel_tool_calls === false,
    schema: format.type === "json_schema" ? objectAt(format, "json_schema", "schema") : undefined,
    json: format.type === "json_object" ? true : undefined,
  });
}

const number = (value: Json | undefined) => (typeof value === "number" ? value : undefined);
const text = (value: Json | undefined) => (typeof value === "string" ? value : undefined);

const readSettings = (body: JsonObject): Partial<Question> => ({
  maxOutput: number(body.max_completion_tokens) ?? number(body.max_tokens),
  temperature: number(body.temperature),
  topP: number(body.top_p),
  stop: Array.isArray(body.stop) ? body.stop.map(String) : undefined,
  seed: number(body.seed),
  presence: number(body.presence_penalty),
  frequency: number(body.frequency_penalty),
  answers: number(body.n),
  logprobs: body.logprobs === true ? (number(body.top_logprobs) ?? 0) : undefined,
  effort: text(body.reasoning_effort),
  verbosity: text(body.verbosity),
  user: text(body.user) ?? text(body.safety_identifier),
  metadata: body.metadata === undefined ? undefined : objectAt(body.metadata),
  tier: text(body.service_tier),
  cacheKey: text(body.prompt_cache_key),
});

const isFunction = ({ type }: JsonObject) => type === "function";

function readTool(tool: JsonObject) {
  const { name, description, parameters, strict } = objectAt(tool.function);
  return onlySaid({
    name: textAt(name),
    description: textAt(description),
    schema: objectAt(parameters),
    strict: typeof strict === "boolean" ? strict : undefined,
    kept: tool.cache_control ? (true as const) : undefined,
  });
}

function readChoice(choice: Json): Choice {
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (dig(choice, "type") !== "allowed_tools") return { named: textAt(choice, "function", "name") };
  return { oneOf: objectsAt(choice, "allowed_tools", "tools").map((tool) => textAt(tool, "function", "name")) };
}

const textsIn = (content: Json | undefined): string =>
  typeof content === "string"
    ? content
    : objectsAt(content)
        .map((part) => textAt(part.text))
        .join("");

function readMessage(message: JsonObject, before: readonly Turn[]): Turn {
  const { role, content } = message;
  if (role === "tool") return { who: "tools", parts: [readResult(message, before)] };
  if (role === "assistant") return { who: "model", parts: readModel(message) };
  const parts = typeof content === "string" ? [{ text: content }] : objectsAt(content).map(readPart);
  return { who: role === "user" ? "user" : "system", parts };
}

function readResult(message: JsonObject, before: readonly Turn[]): Part {
  const result = textAt(message.tool_call_id);
  const image =
    typeof message.content === "string"
      ? undefined
      : objectsAt(message.content).find(({ type }) => type === "image_url");
  return {
    result,
    name: nameOfCall(before, result),
    output: textsIn(message.content),
    ...(image ? { image: mediaOfUrl(textAt(image, "image_url", "url")) } : {}),
  };
}

const readModel = (message: JsonObject): readonly Part[] => [
  ...objectsAt(message.reasoning_details).map((one) => ({ thought: textAt(one.text), proof: textAt(one.signature) })),
  ...(message.content ? [{ text: textsIn(message.content) }] : []),
  ...objectsAt(message.tool_calls).map((call) => ({
    call: textAt(call.id),
    name: textAt(call, "function", "name"),
    input: parseObject(textAt(call, "function", "arguments")),
  })),
];

function readPart(part: JsonObject): Part {
  switch (part.type) {
    case "text":
      return { text: textAt(part.text), ...(part.cache_control ? { kept: true } : {}) };
    case "image_url":
      return { image: mediaOfUrl(textAt(part, "image_url", "url")) };
    case "file":
      return { file: mediaOfUrl(textAt(part, "file", "file_data")), called: textAt(part, "file", "filename") };
    case "input_audio":
      return { audio: textAt(part, "input_audio", "data"), format: textAt(part, "input_audio", "format") };
    default:
      throw new Error(`a part of no known type: ${JSON.stringify(part)}`);
  }
}
