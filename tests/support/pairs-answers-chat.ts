import type { Counts, ScriptFinish } from "./dialect-upstream-script.ts";
import { type Call, expectThat, inputOf, type Reading, type Thought, type Told } from "./pairs-answer.ts";
import { dig, type Json, type JsonObject, numberAt, objectAt, objectsAt, parseSse, textAt } from "./pairs-json.ts";

const FINISH: Readonly<Record<string, ScriptFinish>> = {
  stop: "stop",
  length: "length",
  tool_calls: "calls",
  function_call: "calls",
  content_filter: "filter",
};

/** Chat completions, whole and in chunks. */
export const chatReading: Reading = { whole: readWhole, stream: readStream };

function readWhole(body: JsonObject): Told {
  const [choice = {}, ...others] = objectsAt(body.choices);
  const message = objectAt(choice.message);
  return {
    model: textAt(body.model),
    ...said(message),
    refusal: textAt(message.refusal),
    calls: objectsAt(message.tool_calls).map(readCall),
    finish: FINISH[textAt(choice.finish_reason)],
    usage: body.usage ? readUsage(objectAt(body.usage)) : undefined,
    alternatives: others.map((other) => textAt(other, "message", "content")),
    tokens: objectsAt(choice, "logprobs", "content").map(({ token }) => textAt(token)),
  };
}

/** Mistral says its content as a list, of which a part may be thoughts. */
function said(message: JsonObject): Pick<Told, "text" | "thoughts" | "cites"> {
  const parts = Array.isArray(message.content) ? objectsAt(message.content) : [{ text: textAt(message.content) }];
  const own = parts.filter(({ type }) => type === "thinking").map((part) => thinkingIn(part.thinking));
  return {
    text: parts.map(({ text }) => textAt(text)).join(""),
    thoughts: thoughtsIn(message, own.join("")),
    cites: objectsAt(message.annotations).map(({ url_citation }) => sourceOf(objectAt(url_citation))),
  };
}

const thinkingIn = (thinking: Json | undefined): string =>
  typeof thinking === "string"
    ? thinking
    : objectsAt(thinking)
        .map((piece) => textAt(piece.text))
        .join("");

function thoughtsIn(message: JsonObject, own: string): readonly Thought[] {
  const details = objectsAt(message.reasoning_details);
  const flat = textAt(message.reasoning_content) || textAt(message.reasoning) || own;
  if (details.length === 0) return flat === "" ? [] : [{ text: flat, proof: "" }];
  return joinDetails(details);
}

/** Entries of one index are pieces of one thought. */
function joinDetails(details: readonly JsonObject[]): readonly Thought[] {
  const joined: { index: unknown; text: string; proof: string }[] = [];
  for (const detail of details) {
    const text = textAt(detail.text) || textAt(detail.summary);
    const proof = textAt(detail.signature) || textAt(detail.data);
    const last = joined.at(-1);
    if (last && detail.index !== undefined && last.index === detail.index) {
      last.text += text;
      last.proof += proof;
    } else joined.push({ index: detail.index, text, proof });
  }
  return joined.map(({ text, proof }) => ({ text, proof }));
}

const sourceOf = ({ url, title }: JsonObject) => ({ url: textAt(url), title: textAt(title) });

function readCall(call: JsonObject): Call {
  const id = textAt(call.id);
  if (call.type === "custom")
    return { id, name: textAt(call, "custom", "name"), input: textAt(call, "custom", "input") };
  const proof = textAt(call, "extra_content", "google", "thought_signature");
  const called = { id, name: textAt(call, "function", "name"), input: inputOf(textAt(call, "function", "arguments")) };
  return proof === "" ? called : { ...called, proof };
}

/** xAI counts reasoning beside the completion, as its total shows. */
function readUsage(usage: JsonObject): Counts {
  const input = numberAt(usage.prompt_tokens);
  const reasoning = numberAt(usage, "completion_tokens_details", "reasoning_tokens");
  const visible = numberAt(usage.completion_tokens);
  const isBeside = usage.total_tokens === input + visible + reasoning;
  return {
    input,
    cached: numberAt(
      usage.prompt_cache_hit_tokens ?? usage.cached_tokens ?? dig(usage, "prompt_tokens_details", "cached_tokens"),
    ),
    output: isBeside ? visible + reasoning : visible,
    reasoning,
  };
}

type Joined = { content: string; message: JsonObject; calls: JsonObject[]; finish: string; tokens: string[] };

function readStream(text: string, { isStrict }: { readonly isStrict: boolean }): Told {
  const { events, isMarked } = parseSse(text);
  const chunks = events.map(({ data }) => data);
  const choices = new Map<number, Joined>();
  for (const chunk of chunks) for (const choice of objectsAt(chunk.choices)) take(choices, choice, isStrict);
  if (isStrict) expectLegal(chunks, isMarked);
  const inOrder = [...choices].sort(([left], [right]) => left - right).map(([, joined]) => joined);
  expectThat(!isStrict || inOrder.every(({ finish }) => finish !== ""), "no finish");
  const [first, ...others] = inOrder;
  const usage = chunks.findLast((chunk) => chunk.usage)?.usage;
  const { content = "", message = {}, calls = [], finish = "", tokens = [] } = first ?? {};
  return {
    model: textAt(chunks[0]?.model) || textAt(chunks.at(-1)?.model),
    ...said(message),
    text: content,
    refusal: textAt(message.refusal),
    calls: calls.map(readCall),
    finish: FINISH[finish],
    usage: usage ? readUsage(objectAt(usage)) : undefined,
    alternatives: others.map((other) => other.content),
    tokens,
  };
}

function expectLegal(chunks: readonly JsonObject[], isMarked: boolean): void {
  expectThat(isMarked, "no [DONE]");
  for (const field of ["id", "created", "model"] as const)
    expectThat(new Set(chunks.map((chunk) => chunk[field])).size === 1, `several values of ${field}`);
  expectThat(
    chunks.every(({ object }) => object === "chat.completion.chunk"),
    "a chunk of another kind",
  );
  const usages = chunks.filter(({ usage }) => usage);
  expectThat(usages.length <= 1, "usage is told twice");
  const [usage] = usages;
  if (usage) expectThat(chunks.at(-1) === usage && objectsAt(usage.choices).length === 0, "usage is not told last");
}

function take(choices: Map<number, Joined>, choice: JsonObject, isStrict: boolean): void {
  const index = numberAt(choice.index);
  const joined = choices.get(index) ?? { content: "", message: {}, calls: [], finish: "", tokens: [] };
  choices.set(index, joined);
  const delta = objectAt(choice.delta);
  if (isStrict) expectThat(joined.finish === "", "something follows the finish");
  joined.content += Array.isArray(delta.content) ? said(delta).text : textAt(delta.content);
  joined.message = grown(joined.message, delta);
  for (const call of objectsAt(delta.tool_calls)) joinCall(joined.calls, call, isStrict);
  joined.tokens.push(...objectsAt(choice, "logprobs", "content").map(({ token }) => textAt(token)));
  joined.finish = textAt(choice.finish_reason) || joined.finish;
}

function grown(message: JsonObject, delta: JsonObject): JsonObject {
  const own = Array.isArray(delta.content) ? objectsAt(delta.content) : [];
  const thinking = own.map((part) => thinkingIn(part.thinking)).join("");
  const join = (name: string) => textAt(message[name]) + textAt(delta[name]);
  return {
    refusal: join("refusal"),
    reasoning: join("reasoning"),
    reasoning_content: join("reasoning_content") + thinking,
    reasoning_details: [...objectsAt(message.reasoning_details), ...objectsAt(delta.reasoning_details)],
    annotations: [...objectsAt(message.annotations), ...objectsAt(delta.annotations)],
  };
}

function joinCall(calls: JsonObject[], piece: JsonObject, isStrict: boolean): void {
  const at = numberAt(piece.index);
  const known = calls[at];
  if (known === undefined) {
    if (isStrict) expectThat(at === calls.length && Boolean(piece.id), `call ${at} follows call ${calls.length - 1}`);
    calls[at] = piece;
    return;
  }
  if (isStrict) expectThat(at === calls.length - 1, "pieces of two calls are mixed");
  calls[at] = { ...known, function: joinFields(known, piece, "function"), custom: joinFields(known, piece, "custom") };
}

function joinFields(known: JsonObject, piece: JsonObject, field: "function" | "custom"): JsonObject {
  const [before, after] = [objectAt(known[field]), objectAt(piece[field])];
  return {
    name: textAt(before.name) || textAt(after.name),
    arguments: textAt(before.arguments) + textAt(after.arguments),
    input: textAt(before.input) + textAt(after.input),
  };
}
