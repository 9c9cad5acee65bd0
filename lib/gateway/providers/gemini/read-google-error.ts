import { listIn, numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { MESSAGE_CHARS_MAX, type SaidError } from "../openai-compatible/read-error.ts";

/**
 * Reads google.rpc's error object, also as the only entry of a list, as a stream without SSE has it. Its codes are the
 * status and the reasons; the names of the quotas that were exceeded stand behind its message.
 */
export function readGoogleError(body: unknown): SaidError {
  const top = objectIn(Array.isArray(body) ? body[0] : body) ?? {};
  const error = objectIn(top.error) ?? top;
  const details = listIn(error.details).map((detail) => objectIn(detail) ?? {});
  const violations = details
    .flatMap((detail) => listIn(detail.violations))
    .map((violation) => objectIn(violation) ?? {});
  const words = (textIn(error.message) ?? textIn(top.error) ?? "").slice(0, MESSAGE_CHARS_MAX);
  return {
    codes: [error.status, ...details.map(({ reason }) => reason)].map(textIn).filter((code) => code !== undefined),
    status: [error.code].map(numberIn).find((code) => code !== undefined && code >= 400 && code < 600),
    message: [words, ...violations.map(({ quotaId }) => textIn(quotaId) ?? "")].join("\n"),
    retryAfterS: details.map(({ retryDelay }) => secondsIn(retryDelay)).find((seconds) => seconds !== undefined),
  };
}

/** A duration as protobuf writes it: `20.044s`. */
function secondsIn(duration: unknown): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(textIn(duration) ?? "") ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
