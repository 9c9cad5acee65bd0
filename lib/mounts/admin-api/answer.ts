import type { ServerResponse } from "node:http";
import type { Log } from "#lib/platform/log";
import { MethodRefused } from "./find-route.ts";
import { refusalOf } from "./refusal.ts";

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Gives a thrown thing as the answer its caller gets; what we did not expect is logged under the id that is shown. */
export function refuse(log: Log, requestId: string, thrown: unknown): Answer {
  const refusal = refusalOf(thrown);
  // A database that is away is away for everybody: one line each is enough.
  if (refusal.code === "not_ready") log.warn(refusal.message, { requestId });
  else if (refusal.status >= 500) log.error("an admin call failed", { requestId, error: refusal });
  const { status, code, message, param, retryAfterS } = refusal;
  return {
    status,
    body: { error: { code, message, param: param ?? null, requestId } },
    headers: {
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(refusal instanceof MethodRefused ? { allow: refusal.allowed } : {}),
      ...(retryAfterS === undefined ? {} : { "retry-after": `${retryAfterS}` }),
    },
  };
}

export function send(outgoing: ServerResponse, requestId: string, { status, body, headers }: Answer): void {
  // What is left of a body nobody wants would be taken for the next request.
  const isUnread = !outgoing.req.complete;
  outgoing.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(isUnread ? { connection: "close" } : {}),
    ...headers,
  });
  outgoing.end(JSON.stringify(body));
}
