export type DialectId = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini";

/** What an upstream can be asked for; an endpoint of ours names the one it needs. */
export type UpstreamOperation = "chat-completions" | "completions" | "embeddings" | "moderations" | "models";

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
  /** Whether a stream must be asked for its usage (`stream_options`); some always say it and refuse the field. */
  readonly asksUsage: boolean;
  /** Classifies a non-2xx reply, or an error object found inside a 200. `body` is the parsed reply, if it was JSON. */
  readonly classify: (head: UpstreamHead, body: unknown) => Failure;
};
