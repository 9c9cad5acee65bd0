import type { DialectId } from "../conversation.ts";

/** What an upstream can be asked for; an endpoint of ours names the one it needs. */
export type UpstreamOperation =
  | "chat-completions"
  | "completions"
  | "embeddings"
  | "moderations"
  | "models"
  | "responses"
  | "messages"
  | "count-message-tokens"
  | "generate-content"
  | "stream-generate-content"
  | "count-content-tokens"
  | "embed-content"
  | "batch-embed-contents";

/** The operation that gives an answer of a model, in each dialect. */
export const ANSWERING: Readonly<Record<DialectId, UpstreamOperation>> = {
  "openai-chat": "chat-completions",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  gemini: "generate-content",
};

/** How a try at an upstream went wrong. `isRetryable` means another deployment may be asked; `cooldownS` is what its Retry-After said. */
export type Failure = {
  readonly kind:
    | "bad-request"
    | "authentication"
    | "permission"
    | "not-found"
    | "rate-limit"
    | "quota"
    | "context-too-long"
    | "content-filter"
    | "overloaded"
    | "server"
    | "timeout"
    | "network"
    | "bad-reply";
  readonly isRetryable: boolean;
  readonly cooldownS?: number;
};

export type UpstreamHead = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
};

/** A provider is data plus pure functions: no fetch, no clock, no environment, no key look-up. */
export type Provider = {
  readonly kind: string;
  /** What it is spoken to in where the caller's own dialect will not do; `urlOf` tells which others it takes. */
  readonly dialect: DialectId;
  /** Absent where the operator must name the address. */
  readonly defaultBaseUrl?: string;
  /** Query parameters its address may carry; none where absent. */
  readonly addressParameters?: readonly string[];
  /** True for the simulated provider, which runs in process and opens no socket. */
  readonly isSimulated: boolean;
  /** Gives the address to ask; nothing where this provider does not offer the operation. */
  readonly urlOf: (baseUrl: string, operation: UpstreamOperation, upstreamModel: string) => string | undefined;
  /** Headers that carry the credential. */
  readonly authorize: (secret: string) => Readonly<Record<string, string>>;
  /** Request fields this upstream does not take. */
  readonly drop: readonly string[];
  /** Request fields it knows by another name: ours to theirs. */
  readonly rename: Readonly<Record<string, string>>;
  /** Whether the thoughts of earlier turns may be sent back as `reasoning_content` (openai-chat). */
  readonly takesReasoning: boolean;
  /** Whether a stream must be asked for its usage (`stream_options`); some always say it and refuse the field. */
  readonly asksUsage: boolean;
  /** Classifies a non-2xx reply, or an error object found inside a 200. `body` is the parsed reply, if it was JSON. */
  readonly classify: (head: UpstreamHead, body: unknown) => Failure;
};
