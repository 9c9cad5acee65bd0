import type { CallEndpoint, CallView } from "./endpoints/endpoint.ts";
import type { JsonMember } from "./json-scan.ts";

/** A parsed request: a view of the fields we act on, with the caller's bytes kept beside it. */
export type Call = CallView & {
  readonly endpoint: CallEndpoint;
  readonly bytes: Uint8Array;
  readonly members: readonly JsonMember[];
  readonly model: string;
};
