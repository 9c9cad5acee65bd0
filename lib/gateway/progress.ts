import type { CacheState } from "#lib/base/request-record";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import type { Caller, Hold } from "./ports.ts";
import type { GatewayRequest } from "./request.ts";
import type { Plan } from "./routing/plan.ts";
import type { Quota } from "./steps/limit.ts";

/** What is known of a request so far: a refusal is recorded with what there is. */
export type Progress = {
  readonly request: GatewayRequest;
  /** Monotonic milliseconds at arrival. */
  readonly startedMs: number;
  readonly configVersion: number;
  readonly endpoint?: Endpoint | undefined;
  readonly caller?: Caller | undefined;
  readonly quota?: Quota | undefined;
  readonly call?: Call | undefined;
  readonly plan?: Plan | undefined;
  readonly hold?: Hold | undefined;
  readonly cache?: CacheState | undefined;
  /** True once it is in the journal, which then waits for its end. */
  readonly isAdmitted: boolean;
};

/** The same while its steps run, each of which writes down what it found. */
export type Draft = { -readonly [Field in keyof Progress]: Progress[Field] };

/** All fields are there from the start: an object that grows costs more at every step. */
export const beginProgress = (request: GatewayRequest, startedMs: number): Draft => ({
  request,
  startedMs,
  configVersion: 0,
  endpoint: undefined,
  caller: undefined,
  quota: undefined,
  call: undefined,
  plan: undefined,
  hold: undefined,
  cache: undefined,
  isAdmitted: false,
});

/** A request that has passed every check and may be sent. */
export type Admitted = { readonly [Field in keyof Progress]-?: NonNullable<Progress[Field]> };
