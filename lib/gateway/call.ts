import type { CallEndpoint } from "./endpoints/endpoint.ts";
import type { JsonMember } from "./json-scan.ts";

/** A parsed request: a view of the fields we act on, with the caller's bytes kept beside it. */
export type Call = {
  readonly endpoint: CallEndpoint;
  readonly bytes: Uint8Array;
  readonly members: readonly JsonMember[];
  readonly model: string;
  readonly isStream: boolean;
  /** Whether the caller asked for the usage chunk itself; we always ask the upstream for it. */
  readonly wantsUsage: boolean;
  readonly streamOptions: Readonly<Record<string, unknown>>;
  /** The most output the caller wants, in tokens; absent when it set none. */
  readonly maxOutputTokens: number | undefined;
  readonly choices: number;
  /** Whether vectors are wanted in base64. */
  readonly wantsBase64: boolean;
};
