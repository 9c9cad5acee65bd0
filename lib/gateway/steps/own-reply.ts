import type { OwnEndpoint } from "../endpoints/endpoint.ts";
import type { Caller, GatewayDeps } from "../ports.ts";
import type { Progress } from "../progress.ts";
import type { GatewayReply } from "../request.ts";
import { baseHeaders, JSON_TYPE } from "./headers.ts";
import { createSettlement } from "./settle.ts";

/** A call of somebody we know, for something we answer without an upstream. */
export type Known = Progress & { readonly caller: Caller };

export type Answer = (known: Known, endpoint: OwnEndpoint, deps: GatewayDeps) => GatewayReply | Promise<GatewayReply>;

/** Makes the reply of a call that no upstream was asked for: a JSON body, noted and free. */
export function ownReply(progress: Progress, body: Uint8Array, deps: GatewayDeps): GatewayReply {
  const settle = createSettlement(progress, deps);
  return {
    status: 200,
    headers: { ...baseHeaders(progress), ...JSON_TYPE, "content-length": String(body.length) },
    body,
    onClose: () => settle({ status: 200, outcome: "completed", errorCode: null }),
  };
}
