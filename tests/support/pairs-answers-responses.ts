import type { Counts, ScriptFinish } from "./dialect-upstream-script.ts";
import { type Call, expectThat, inputOf, type Reading, type Told } from "./pairs-answer.ts";
import { dig, type Json, type JsonObject, numberAt, objectAt, objectsAt, parseSse, textAt } from "./pairs-json.ts";

/** Responses, whole and as events. */
export const responsesReading: Reading = { whole: readWhole, stream: readStream };

function readWhole(body: JsonObject): Told {
  const items = objectsAt(body.output);
  const content = items.filter(({ type }) => type === "message").flatMap((item) => objectsAt(item.content));
  const texts = content.filter(({ type }) => type === "output_text");
  const calls = items.flatMap(readCall);
  return {
    model: textAt(body.model),
    text: texts.map(({ text }) => textAt(text)).join(""),
    refusal: content.map(({ refusal }) => textAt(refusal)).join(""),
    thoughts: items.filter(({ type }) => type === "reasoning").flatMap(readThought),
    calls,
    finish: readFinish(body, calls.length > 0),
    usage: body.usage ? readUsage(objectAt(body.usage)) : undefined,
    cites: texts.flatMap(({ annotations }) => objectsAt(annotations)).flatMap(readSource),
    alternatives: [],
    tokens: texts.flatMap(({ logprobs }) => objectsAt(logprobs)).map(({ token }) => textAt(token)),
  };
}

function readThought(item: JsonObject) {
  const shown = [objectsAt(item.summary), objectsAt(item.content)]
    .filter((list) => list.length > 0)
    .map((list) => list.map(({ text }) => textAt(text)).join("\n\n"));
  const proof = textAt(item.encrypted_content);
  if (shown.length === 0) return proof === "" ? [] : [{ text: "", proof }];
  return shown.map((text, at) => ({ text, proof: at === shown.length - 1 ? proof : "" }));
}

function readCall(item: JsonObject): readonly Call[] {
  const head = { id: textAt(item.call_id), name: textAt(item.name) };
  if (item.type === "function_call") return [{ ...head, input: inputOf(textAt(item.arguments)) }];
  return item.type === "custom_tool_call" ? [{ ...head, input: textAt(item.input) }] : [];
}

const readSource = ({ type, url, title }: JsonObject) =>
  type === "url_citation" ? [{ url: textAt(url), title: textAt(title) }] : [];

function readFinish(body: JsonObject, hasCalls: boolean): ScriptFinish | undefined {
  if (body.status === "completed") return hasCalls ? "calls" : "stop";
  const reason = dig(body, "incomplete_details", "reason");
  if (reason === "max_output_tokens") return "length";
  return reason === "content_filter" ? "filter" : undefined;
}

const readUsage = (usage: JsonObject): Counts => ({
  input: numberAt(usage.input_tokens),
  cached: numberAt(usage, "input_tokens_details", "cached_tokens"),
  output: numberAt(usage.output_tokens),
  reasoning: numberAt(usage, "output_tokens_details", "reasoning_tokens"),
});

const ENDS = ["response.completed", "response.incomplete"];

/** The last event repeats the whole answer; where the stream is ours, what was told on the way must come to the same. */
function readStream(text: string, { isStrict }: { readonly isStrict: boolean }): Told {
  const { events, isMarked } = parseSse(text);
  const data = events.map((event) => event.data);
  const ends = data.filter(({ type }) => ENDS.includes(textAt(type)));
  const response = objectAt(ends.at(-1)?.response);
  if (isStrict) {
    expectThat(!isMarked, "[DONE]");
    expectThat(
      events.every(({ name, data: { type } }) => name === type),
      "an event's name is not its type",
    );
    expectThat(ends.length === 1 && data.at(-1) === ends[0], "not exactly one end, and that last");
    expectThat(
      data.every(({ sequence_number }, at) => sequence_number === at),
      "sequence numbers do not rise by one",
    );
    expectThat(data[0]?.type === "response.created" && data[1]?.type === "response.in_progress", "no beginning");
    expectItems(data.slice(2, -1), objectsAt(response.output));
  }
  return isStrict ? readWhole(response) : readRecorded(data, response);
}

/**
 * A recording's end may lack items, so those told on the way count; and where the pieces of a text do not come to its
 * whole, what was told in pieces is what a reader has seen.
 */
function readRecorded(data: readonly JsonObject[], response: JsonObject): Told {
  const done = data.filter(({ type }) => type === "response.output_item.done");
  const told = (at: Json | undefined) =>
    data
      .filter(({ type, output_index }) => type === "response.output_text.delta" && output_index === at)
      .map(({ delta }) => textAt(delta))
      .join("");
  const output = done.map(({ item, output_index }) => withText(objectAt(item), told(output_index)));
  return readWhole({ ...response, output });
}

const withText = (item: JsonObject, text: string): JsonObject => {
  const [part, ...others] = objectsAt(item.content);
  const isShort = item.type === "message" && part?.type === "output_text" && others.length === 0;
  return isShort && !textAt(part.text).startsWith(text) ? { ...item, content: [{ ...part, text }] } : item;
};

function expectItems(inner: readonly JsonObject[], output: readonly JsonObject[]): void {
  const indices = inner.map(({ output_index }) => numberAt(output_index));
  expectThat(
    indices.every((index, at) => at === 0 || index >= (indices[at - 1] ?? 0)),
    "an item goes on after the next has begun",
  );
  expectThat(new Set(indices).size === output.length, "an item that was never told, or one too many");
  for (const [at, item] of output.entries())
    expectItem(
      inner.filter(({ output_index }) => output_index === at),
      item,
    );
}

function expectItem(events: readonly JsonObject[], item: JsonObject): void {
  const [first] = events;
  const last = events.at(-1);
  expectThat(first?.type === "response.output_item.added", "an item does not begin");
  expectThat(last?.type === "response.output_item.done", "an item does not end");
  expectThat(JSON.stringify(last?.item) === JSON.stringify(item), "the end repeats another item than was told");
  const inner = events.slice(1, -1);
  expectThat(
    inner.every(({ item_id }) => item_id === item.id),
    "an event of another item",
  );
  const told = inner.filter(({ type }) => textAt(type).endsWith(".delta")).map(({ delta }) => textAt(delta));
  expectThat(told.join("") === textOfItem(item), `an item's pieces are not its whole: ${told.join("")}`);
  const count = (ending: string) => inner.filter(({ type }) => textAt(type).endsWith(ending)).length;
  expectThat(count("_part.added") === count("_part.done"), "a part does not end");
}

const textOfItem = (item: JsonObject): string =>
  textAt(item.arguments) +
  textAt(item.input) +
  [...objectsAt(item.summary), ...objectsAt(item.content)]
    .map((part) => textAt(part.text) + textAt(part.refusal))
    .join("");
