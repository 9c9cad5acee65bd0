import { classifyWith } from "../openai-compatible/classify.ts";
import type { Provider } from "../provider.ts";
import { geminiUrlOf } from "./gemini-url-of.ts";
import { readGoogleError } from "./read-google-error.ts";

/** Google's Gemini API; its models stand in the address. */
export const geminiProvider: Provider = {
  kind: "gemini",
  dialect: "gemini",
  defaultBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
  isSimulated: false,
  urlOf: geminiUrlOf,
  authorize: (secret): Readonly<Record<string, string>> => (secret === "" ? {} : { "x-goog-api-key": secret }),
  drop: [],
  rename: {},
  asksUsage: false,
  takesReasoning: false,
  // ai.google.dev/gemini-api/docs/troubleshooting: told apart by google.rpc's status, by the reason and by the quota.
  classify: classifyWith(
    [
      // A wrong key is a 400.
      { kind: "authentication", codes: ["API_KEY_INVALID", "UNAUTHENTICATED"] },
      { kind: "authentication", text: /^API key (?:not valid|expired)/ },
      { kind: "quota", status: 402 },
      { kind: "quota", codes: ["BILLING_DISABLED"] },
      { kind: "quota", codes: ["RESOURCE_EXHAUSTED"], text: /prepayment credits are depleted|spend(?:ing)? cap/i },
      // A quota of the day, and one of nothing, are not back after the delay it names.
      { kind: "quota", codes: ["RESOURCE_EXHAUSTED"], text: /PerDay|\blimit: 0\b(?!\.)/ },
      { kind: "quota", codes: ["FAILED_PRECONDITION"], text: /billing/i },
      { kind: "permission", codes: ["FAILED_PRECONDITION"], text: /^User location is not supported/ },
      { kind: "context-too-long", text: /input token count\b.*(?:exceeds the maximum|only supports up to)/ },
      { kind: "context-too-long", text: /^Request payload size exceeds the limit/ },
      { kind: "context-too-long", status: 413 },
      { kind: "overloaded", codes: ["UNAVAILABLE", "MODEL_CAPACITY_EXHAUSTED"] },
      { kind: "rate-limit", codes: ["RESOURCE_EXHAUSTED"] },
      { kind: "timeout", codes: ["DEADLINE_EXCEEDED"] },
      { kind: "server", codes: ["INTERNAL", "UNKNOWN", "ABORTED", "CANCELLED"] },
      { kind: "permission", codes: ["PERMISSION_DENIED"] },
      { kind: "not-found", codes: ["NOT_FOUND"] },
      { kind: "bad-request", codes: ["INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"] },
    ],
    readGoogleError,
  ),
};
