import type { Call } from "../call.ts";
import type { JsonObject } from "../conversation.ts";
import { PASSAGES } from "../dialects/registry.ts";
import { jsonBytes } from "../json-write.ts";
import { longTextsOf } from "../parsed-body.ts";
import type { UpstreamRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import type { PlannedAttempt, Wire } from "../routing/plan.ts";
import type { Timeouts } from "../routing/table.ts";

type Translated = Exclude<Wire, { kind: "pass" }>;

type Sending = {
  readonly requestId: string;
  readonly timeouts: Timeouts;
  /** Reads a header of the caller's. */
  readonly header: (name: string) => string | undefined;
};

/** Builds what is sent upstream for one attempt. Of the caller's headers only those its dialect needs go along; our request id does. */
export function upstreamRequestOf(call: Call, attempt: PlannedAttempt, sending: Sending): UpstreamRequest {
  const { deployment, credential } = attempt;
  const { provider } = deployment;
  return {
    url: attempt.url,
    method: "POST",
    headers: {
      ...withForwarded(provider.authorize(credential.secret), attempt, sending.header),
      "content-type": "application/json",
      accept: call.isStream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": "switchyard",
      "x-client-request-id": sending.requestId,
    },
    body: bodyOf(call, attempt),
    allowPrivateNetwork: deployment.allowPrivateNetwork,
    timeouts: sending.timeouts,
  };
}

type Headers = Readonly<Record<string, string>>;

/** Where the words are the caller's own, so are the headers that say how they are meant; a list of both sides is joined. */
function withForwarded(own: Headers, { wire }: PlannedAttempt, header: Sending["header"]): Headers {
  const forwarded = wire.kind === "pass" ? PASSAGES[wire.dialect].forwardedHeaders : [];
  if (forwarded.length === 0) return own;
  const headers = { ...own };
  for (const name of forwarded) {
    const given = header(name);
    if (given === undefined) continue;
    headers[name] = name === BETA && own[name] ? `${own[name]},${given}` : given;
  }
  return headers;
}

const BETA = "anthropic-beta";

function bodyOf(call: Call, { wire, deployment }: PlannedAttempt): Uint8Array {
  if (wire.kind !== "pass") return jsonBytes(fitted(wire, deployment.provider), call.bytes.length, longTextsOf(call));
  const { renameIn } = call.endpoint;
  if (renameIn) return renameIn(call, deployment.upstreamModel);
  return PASSAGES[wire.dialect].patchRequest(call, deployment.upstreamModel, deployment.provider);
}

/** What the provider does not take, or calls by another name, is its own matter and not the dialect's. */
function fitted({ dialect, body }: Translated, { drop, rename, asksUsage }: Provider): JsonObject {
  if (dialect !== "openai-chat") return body;
  const isDropped = (name: string) => drop.includes(name) || (name === "stream_options" && !asksUsage);
  return Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => !isDropped(name))
      .map(([name, value]) => [rename[name] ?? name, value]),
  );
}
