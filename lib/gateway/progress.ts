import type { CacheState } from "#lib/base/request-record";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import type { Caller, Hold } from "./ports.ts";
import type { GatewayRequest } from "./request.ts";
import type { Plan } from "./routing/plan.ts";
import type { Quota } from "./steps/limit.ts";

/** What is known of a request so far; each step adds what it found, and a refusal is recorded with what there is. */
export type Progress = {
  readonly request: GatewayRequest;
  /** Monotonic milliseconds at arrival. */
  readonly startedMs: number;
  readonly configVersion: number;
  readonly endpoint?: Endpoint;
  readonly caller?: Caller;
  readonly quota?: Quota;
  readonly call?: Call;
  readonly plan?: Plan;
  readonly hold?: Hold;
  readonly cache?: CacheState;
};

/** A request that has passed every check and may be sent. */
export type Admitted = Progress &
  Required<Pick<Progress, "endpoint" | "caller" | "quota" | "call" | "plan" | "hold" | "cache">>;
