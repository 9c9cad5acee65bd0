import type { DialectId } from "#lib/gateway/conversation";
import type { JsonObject } from "#tests/support/pairs-json";
import type { Question } from "#tests/support/pairs-question";
import { ASK, asking, type Case, HELLO, type Pair } from "./case.ts";

const ANSWER: JsonObject = {
  type: "object",
  properties: { track: { type: "integer" }, is_free: { type: ["boolean", "null"] } },
  required: ["track", "is_free"],
  additionalProperties: false,
};

const KEPT = {
  turns: [{ who: "user", parts: [{ text: "A long story.", kept: true }, { text: "And then?" }] }],
} as const;

/** The words for the ordinary tier differ; OpenAI's is `default`. */
const ORDINARY: Readonly<Record<DialectId, string>> = {
  "openai-chat": "default",
  "openai-responses": "default",
  "anthropic-messages": "standard_only",
  gemini: "standard",
};

const TOKENS = [
  { token: "Trains", logprob: -0.25 },
  { token: " are", logprob: -1.5 },
];

/** Claude 4.6 and later, and OpenAI's models, know efforts; 5000 tokens are the middle one. */
const amountOf = ({ caller, upstream }: Pair): Partial<Question> =>
  upstream === "gemini" || caller === upstream ? { budget: 5_000 } : { effort: "medium" };

const isKept = ({ turns }: Question) => JSON.stringify(turns).includes('"kept"');

export const SETTING_CASES: Readonly<Record<string, Case>> = {
  schema: {
    asks: asking({ schema: ANSWER }),
    says: { ...HELLO, said: [{ kind: "text", text: '{"track":3,"is_free":null}' }] },
  },
  json: { asks: asking({ json: true }), says: { ...HELLO, said: [{ kind: "text", text: "{}" }] } },
  stop: {
    asks: asking({ stop: ["END", "FIN"] }),
    arrives: ({ upstream }) => (upstream === "openai-responses" ? ASK : {}),
    says: { ...HELLO, said: [{ kind: "text", text: "One two EN three END four FIN five" }] },
    hears: ({ upstream }) =>
      upstream === "openai-responses" ? { ...HELLO, said: [{ kind: "text", text: "One two EN three " }] } : undefined,
  },
  "max-output": { asks: asking({ maxOutput: 321 }), says: { ...HELLO, finish: "length" } },
  answers: { asks: asking({ answers: 2 }), says: { ...HELLO, alternatives: ["Nothing is done there."] } },
  logprobs: { asks: asking({ logprobs: 1 }), says: { ...HELLO, tokens: TOKENS } },
  verbosity: { asks: asking({ verbosity: "low" }), isLost: ({ verbosity }) => verbosity === undefined },
  temperature: { asks: asking({ temperature: 0.5 }) },
  "top-p": { asks: asking({ topP: 0.9 }) },
  "top-k": { asks: asking({ topK: 40 }), isLost: ({ topK }) => topK === undefined },
  seed: { asks: asking({ seed: 7 }), isLost: ({ seed }) => seed === undefined },
  penalties: {
    asks: asking({ presence: 0.5, frequency: -0.5 }),
    isLost: ({ presence, frequency }) => presence === undefined && frequency === undefined,
  },
  "logit-bias": {
    asks: ASK,
    adds: { "openai-chat": { logit_bias: { "1639": 50 } } },
    wire: () => ({ logit_bias: { "1639": 50 } }),
    isLost: (_question, body) => !JSON.stringify(body).includes("1639"),
  },
  effort: { asks: asking({ effort: "high" }) },
  budget: { asks: asking({ budget: 5_000, maxOutput: 9_000 }), arrives: amountOf },
  metadata: {
    asks: asking({ metadata: { yard: "north" } }),
    adds: { gemini: { labels: { yard: "north" } } },
    arrives: ({ caller }) => (caller === "gemini" ? ASK : {}),
    isLost: (_question, body) => !JSON.stringify(body).includes("north"),
  },
  user: {
    asks: asking({ user: "shunter-7" }),
    isLost: (_question, body) => !JSON.stringify(body).includes("shunter-7"),
  },
  "tier-default": {
    asks: ASK,
    adds: tiersOf(ORDINARY),
    arrives: ({ upstream }) => ({ tier: ORDINARY[upstream] }),
  },
  "tier-flex": { asks: asking({ tier: "flex" }), isLost: ({ tier }) => tier === undefined },
  "cache-hint": { asks: asking(KEPT), isLost: (question) => !isKept(question) },
  "cache-key": { asks: asking({ cacheKey: "yard-1" }), isLost: ({ cacheKey }) => cacheKey === undefined },
};

function tiersOf(words: Readonly<Record<DialectId, string>>): NonNullable<Case["adds"]> {
  return {
    "openai-chat": { service_tier: words["openai-chat"] },
    "openai-responses": { service_tier: words["openai-responses"] },
    "anthropic-messages": { service_tier: words["anthropic-messages"] },
    gemini: { serviceTier: words.gemini },
  };
}
