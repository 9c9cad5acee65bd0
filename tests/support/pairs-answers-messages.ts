import type { Counts, ScriptFinish } from "./dialect-upstream-script.ts";
import { expectThat, inputOf, type Reading, type Told } from "./pairs-answer.ts";
import { filled, type JsonObject, numberAt, objectAt, objectsAt, parseSse, textAt } from "./pairs-json.ts";

const FINISH: Readonly<Record<string, ScriptFinish>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "calls",
  refusal: "filter",
};

/** Messages, whole and as events. A refusal is a text here, whose end is a refusal. */
export const messagesReading: Reading = { whole: readWhole, stream: readStream };

function readWhole(body: JsonObject): Told {
  const blocks = objectsAt(body.content);
  const texts = blocks.filter(({ type }) => type === "text");
  return {
    model: textAt(body.model),
    text: texts.map(({ text }) => textAt(text)).join(""),
    refusal: "",
    thoughts: blocks.flatMap(readThought),
    calls: blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ id, name, input }) => ({ id: textAt(id), name: textAt(name), input: objectAt(input) })),
    finish: FINISH[textAt(body.stop_reason)],
    usage: readUsage(objectAt(body.usage)),
    cites: texts
      .flatMap(({ citations }) => objectsAt(citations))
      .filter(({ url }) => url !== undefined)
      .map(({ url, title }) => ({ url: textAt(url), title: textAt(title) })),
    alternatives: [],
    tokens: [],
  };
}

function readThought({ type, thinking, signature, data }: JsonObject) {
  if (type === "thinking") return [{ text: textAt(thinking), proof: textAt(signature) }];
  return type === "redacted_thinking" ? [{ text: "", proof: textAt(data) }] : [];
}

function readUsage(usage: JsonObject): Counts {
  const cached = numberAt(usage.cache_read_input_tokens);
  return {
    input: numberAt(usage.input_tokens) + cached + numberAt(usage.cache_creation_input_tokens),
    cached,
    output: numberAt(usage.output_tokens),
    reasoning: numberAt(usage, "output_tokens_details", "thinking_tokens"),
  };
}

function readStream(text: string, { isStrict }: { readonly isStrict: boolean }): Told {
  const { events, isMarked } = parseSse(text);
  const data = events.map((event) => event.data).filter(({ type }) => type !== "ping");
  if (isStrict) {
    expectThat(!isMarked, "[DONE]");
    expectThat(
      events.every((event) => event.name === event.data.type),
      "an event's name is not its type",
    );
    expectOrder(data.map(({ type }) => textAt(type)));
  }
  const message = objectAt(data[0]?.message);
  const content: JsonObject[] = [];
  const inputs: string[] = [];
  for (const event of data) takeBlock(event, { content, inputs });
  const closing = data.filter(({ type }) => type === "message_delta");
  const delta = objectAt(closing.at(-1)?.delta);
  const usage = { ...objectAt(message.usage), ...filled(objectAt(closing.at(-1)?.usage)) };
  const whole = content.map((block, at) =>
    inputs[at] === undefined ? block : { ...block, input: inputOf(inputs[at] ?? "") },
  );
  return readWhole({ ...message, content: whole, stop_reason: delta.stop_reason, usage });
}

/** One start, blocks that follow one another, one closing delta, one stop. */
function expectOrder(types: readonly string[]): void {
  const line = types.map((type) => LETTERS[type]).join("");
  expectThat(/^s(bd*e)*cz$/.test(line), `events in the order ${types.join(" ")}`);
}

const LETTERS: Readonly<Record<string, string>> = {
  message_start: "s",
  content_block_start: "b",
  content_block_delta: "d",
  content_block_stop: "e",
  message_delta: "c",
  message_stop: "z",
};

type Growing = { readonly content: JsonObject[]; readonly inputs: string[] };

function takeBlock(event: JsonObject, { content, inputs }: Growing): void {
  const at = numberAt(event.index);
  if (event.type === "content_block_start") {
    expectThat(at === content.length, `block ${at} follows block ${content.length - 1}`);
    content[at] = objectAt(event.content_block);
  }
  if (event.type !== "content_block_delta") return;
  const block = content[at] ?? {};
  const delta = objectAt(event.delta);
  if (delta.type === "input_json_delta") inputs[at] = (inputs[at] ?? "") + textAt(delta.partial_json);
  content[at] = {
    ...block,
    ...joinedText(block, delta),
    citations: [...objectsAt(block.citations), ...(delta.citation ? [objectAt(delta.citation)] : [])],
  };
}

const joinedText = (block: JsonObject, delta: JsonObject): JsonObject =>
  Object.fromEntries(
    ["text", "thinking", "signature"].flatMap((name) =>
      delta[name] === undefined ? [] : [[name, textAt(block[name]) + textAt(delta[name])]],
    ),
  );
