import {
  type Counts,
  dataFrame,
  REFUSAL_WORDS,
  type Said,
  type Script,
  type ScriptFinish,
  type Speaker,
} from "./dialect-upstream-script.ts";
import { filled, type JsonObject, piecesOf } from "./pairs-json.ts";

const FINISH: Readonly<Record<ScriptFinish, string>> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  calls: "STOP",
  filter: "SAFETY",
};

const STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** Google's generateContent as the provider writes it. It says a refusal as text, and signs the part after a thought. */
export const geminiSpeaker: Speaker = {
  whole: (script, model) => ({
    candidates: [
      candidateOf({ parts: partsOf(script.said) }, script),
      ...(script.alternatives ?? []).map((text, at) => otherCandidate(text, at + 1)),
    ],
    usageMetadata: usageOf(script.usage),
    modelVersion: model,
    responseId: "gemini-1",
  }),
  stream: (script, model) => {
    const rest = { modelVersion: model, responseId: "gemini-1" };
    const usageMetadata = usageOf(script.usage);
    const chunk = (candidate: JsonObject) => dataFrame({ candidates: [candidate], usageMetadata, ...rest });
    const pieces = partsOf(script.said).flatMap(piecesOfPart);
    return [
      ...pieces.map((part) => chunk({ content: { parts: [part], role: "model" }, index: 0 })),
      ...(script.alternatives ?? []).map((text, at) => chunk(otherCandidate(text, at + 1))),
      chunk(candidateOf({ parts: [{ text: "" }] }, script)),
    ];
  },
  error: (status) => ({
    error: { code: status, message: REFUSAL_WORDS, status: STATUS[status] ?? "INTERNAL" },
  }),
  errorFrame: () => dataFrame({ error: { code: 503, message: REFUSAL_WORDS, status: "UNAVAILABLE" } }),
};

/** Thoughts are counted beside the candidates; proto JSON leaves zeros out. */
const usageOf = ({ input, cached, output, reasoning }: Counts): JsonObject =>
  filled({
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    cachedContentTokenCount: cached || undefined,
    thoughtsTokenCount: reasoning || undefined,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: input }],
  });

const candidateOf = ({ parts }: { readonly parts: readonly JsonObject[] }, script: Script): JsonObject =>
  filled({
    content: { parts, role: "model" },
    finishReason: FINISH[script.finish],
    index: 0,
    groundingMetadata: groundingOf(script.said),
    logprobsResult: script.tokens && {
      topCandidates: script.tokens.map(({ token, logprob }) => ({
        candidates: [{ token, tokenId: 1, logProbability: logprob }],
      })),
      chosenCandidates: script.tokens.map(({ token, logprob }) => ({ token, tokenId: 1, logProbability: logprob })),
    },
  });

const otherCandidate = (text: string, index: number): JsonObject => ({
  content: { parts: [{ text }], role: "model" },
  finishReason: "STOP",
  index,
});

/** The proof stands on the first call where there is one, else on the part after the thought. */
function partsOf(said: readonly Said[]): readonly JsonObject[] {
  const parts: JsonObject[] = [];
  const hasCalls = said.some(({ kind }) => kind === "call");
  let proof: string | undefined;
  for (const one of said) {
    if (one.kind === "thought") {
      parts.push({ text: one.text, thought: true });
      proof = one.proof;
      continue;
    }
    const isProven = one.kind === "call" || !hasCalls;
    parts.push(filled({ ...partOf(one), thoughtSignature: isProven ? proof : undefined }));
    if (isProven) proof = undefined;
  }
  return parts;
}

const partOf = (one: Exclude<Said, { kind: "thought" }>): JsonObject =>
  one.kind === "call" ? { functionCall: { id: one.id, name: one.name, args: one.input } } : { text: one.text };

/** Text comes in pieces, the proof on the last of them; a call comes whole. */
function piecesOfPart(part: JsonObject): readonly JsonObject[] {
  if (typeof part.text !== "string") return [part];
  const { text, thoughtSignature, ...rest } = part;
  const pieces = piecesOf(text, 11);
  return pieces.map((piece, at) =>
    filled({ text: piece, ...rest, thoughtSignature: at === pieces.length - 1 ? thoughtSignature : undefined }),
  );
}

/** Offsets are bytes of the part's text. */
function groundingOf(said: readonly Said[]): JsonObject | undefined {
  const shown = said.filter((one) => one.kind !== "thought");
  const thoughts = said.filter((one) => one.kind === "thought").length;
  const cited = shown.flatMap((one, at) => (one.kind === "text" && one.cites ? [{ ...one, at: at + thoughts }] : []));
  if (cited.length === 0) return undefined;
  return {
    groundingChunks: cited.map(({ cites }) => ({ web: { uri: cites?.url, title: cites?.title } })),
    groundingSupports: cited.map(({ text }, at) => ({
      segment: { startIndex: 0, endIndex: Buffer.byteLength(text), text },
      groundingChunkIndices: [at],
    })),
  };
}
