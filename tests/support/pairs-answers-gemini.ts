import type { Counts, ScriptFinish } from "./dialect-upstream-script.ts";
import { expectThat, type Reading, type Thought, type Told } from "./pairs-answer.ts";
import { type JsonObject, numberAt, objectAt, objectsAt, parseSse, textAt } from "./pairs-json.ts";

const FINISH: Readonly<Record<string, ScriptFinish>> = { STOP: "stop", MAX_TOKENS: "length", SAFETY: "filter" };

/** generateContent, whole and in chunks. A refusal is a text here. */
export const geminiReading: Reading = { whole: (body) => readChunks([body]), stream: readStream };

function readStream(text: string, { isStrict }: { readonly isStrict: boolean }): Told {
  const { events, isMarked } = parseSse(text);
  const chunks = events.map(({ data }) => data);
  if (isStrict) {
    expectThat(!isMarked, "[DONE]");
    for (const index of new Set(chunks.flatMap(candidatesIn).map((candidate) => numberAt(candidate.index))))
      expectOneFinish(chunks, index);
    const isCounted = chunks.some(({ usageMetadata }) => usageMetadata !== undefined);
    expectThat(!isCounted || chunks.at(-1)?.usageMetadata !== undefined, "no usage at the end");
  }
  return readChunks(chunks);
}

const candidatesIn = ({ candidates }: JsonObject) => objectsAt(candidates);

function expectOneFinish(chunks: readonly JsonObject[], index: number): void {
  const own = chunks.flatMap(candidatesIn).filter((candidate) => numberAt(candidate.index) === index);
  const finishes = own.filter(({ finishReason }) => finishReason !== undefined);
  expectThat(finishes.length === 1, `${finishes.length} finishes`);
  const after = own.slice(own.indexOf(finishes[0] ?? {}) + 1);
  expectThat(
    after.every((candidate) => objectsAt(candidate, "content", "parts").length === 0),
    "something follows the finish",
  );
}

function readChunks(chunks: readonly JsonObject[]): Told {
  const all = chunks.flatMap(candidatesIn);
  const indices = [...new Set(all.map(({ index }) => numberAt(index)))].sort((left, right) => left - right);
  const [first = [], ...others] = indices.map((index) => all.filter((one) => numberAt(one.index) === index));
  const parts = joinedParts(first.flatMap((candidate) => objectsAt(candidate, "content", "parts")));
  const usages = chunks.filter(({ usageMetadata }) => usageMetadata);
  const calls = parts.filter(({ functionCall }) => functionCall).map(({ functionCall }) => objectAt(functionCall));
  const word = first.map(({ finishReason }) => textAt(finishReason)).findLast((reason) => reason !== "") ?? "";
  const finish = FINISH[word];
  return {
    model: textAt(chunks[0]?.modelVersion),
    text: textOf(parts),
    refusal: "",
    thoughts: thoughtsIn(parts),
    calls: calls.map(({ id, name, args }) => ({ id: textAt(id), name: textAt(name), input: objectAt(args) })),
    finish: finish === "stop" && calls.length > 0 ? "calls" : finish,
    usage: usages.length === 0 ? undefined : readUsage(objectAt(usages.at(-1)?.usageMetadata)),
    cites: first.flatMap(sourcesIn),
    alternatives: others.map((other) => textOf(other.flatMap((candidate) => objectsAt(candidate, "content", "parts")))),
    tokens: first
      .flatMap((one) => objectsAt(one, "logprobsResult", "chosenCandidates"))
      .map(({ token }) => textAt(token)),
  };
}

const textOf = (parts: readonly JsonObject[]) =>
  parts
    .filter(({ thought }) => thought !== true)
    .map(({ text }) => textAt(text))
    .join("");

/** Vertex can stream a call's arguments: it is named first, then its values come, each at the path it stands at. */
function joinedParts(parts: readonly JsonObject[]): readonly JsonObject[] {
  const joined: JsonObject[] = [];
  for (const part of parts) {
    const call = objectAt(part.functionCall);
    const last = joined.at(-1);
    const isMore = part.functionCall !== undefined && call.name === undefined && last?.functionCall !== undefined;
    if (!isMore) joined.push(part);
    else joined[joined.length - 1] = { ...last, functionCall: withPartial(objectAt(last?.functionCall), call) };
  }
  return joined;
}

function withPartial(known: JsonObject, piece: JsonObject): JsonObject {
  const args: Record<string, JsonObject[string]> = { ...objectAt(known.args) };
  for (const { jsonPath, stringValue, numberValue, boolValue } of objectsAt(piece.partialArgs)) {
    const name = textAt(jsonPath).replace(/^\$\./, "");
    const before = args[name];
    args[name] =
      typeof stringValue === "string"
        ? (typeof before === "string" ? before : "") + stringValue
        : (numberValue ?? boolValue);
  }
  return { ...known, args };
}

/** Pieces of thoughts join; a proof stands on the last of them, on the part after them, or alone. */
function thoughtsIn(parts: readonly JsonObject[]): readonly Thought[] {
  const thoughts: { text: string; proof: string; isOpen: boolean }[] = [];
  for (const part of parts) {
    const proof = textAt(part.thoughtSignature);
    const last = thoughts.at(-1);
    const isThought = part.thought === true;
    if (isThought && last?.isOpen) last.text += textAt(part.text);
    else if (isThought) thoughts.push({ text: textAt(part.text), proof: "", isOpen: true });
    else if (proof !== "" && !last?.isOpen) thoughts.push({ text: "", proof: "", isOpen: true });
    const open = thoughts.at(-1);
    if (open?.isOpen) thoughts[thoughts.length - 1] = { ...open, proof, isOpen: isThought && proof === "" };
  }
  return thoughts.map(({ text, proof }) => ({ text, proof }));
}

const readUsage = (usage: JsonObject): Counts => {
  const reasoning = numberAt(usage.thoughtsTokenCount);
  return {
    input: numberAt(usage.promptTokenCount) + numberAt(usage.toolUsePromptTokenCount),
    cached: numberAt(usage.cachedContentTokenCount),
    output: numberAt(usage.candidatesTokenCount) + reasoning,
    reasoning,
  };
};

/** A chunk without an address stands for a file. */
const sourcesIn = (candidate: JsonObject) =>
  objectsAt(candidate, "groundingMetadata", "groundingChunks").flatMap(({ web }) => {
    const { uri, title } = objectAt(web);
    return uri === undefined ? [] : [{ url: textAt(uri), title: textAt(title) }];
  });
