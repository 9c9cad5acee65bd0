import type { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import type { Conversation, DialectId, JsonObject } from "../conversation.ts";
import type { Reply, ReplyEvent } from "../reply.ts";

/** Something a dialect could not carry. `meaning`: the answer would be another one; `harmless`: it may be left out and reported. */
export type Loss = { readonly field: string; readonly weight: "meaning" | "harmless" };

export type Encoded = {
  readonly body: JsonObject;
  readonly losses: readonly Loss[];
  /** Tokens that the upstream may answer with beyond the caller's own limit: room for thoughts. */
  readonly extraOutputTokens?: number;
};

/** What an upstream must be told beyond the conversation. */
export type RequestTarget = {
  readonly model: string;
  readonly isStream: boolean;
  /** For dialects that must name a limit (Anthropic): the model's own, or a safe one. */
  readonly maxOutputTokens: number;
  /** Whether an openai-chat upstream takes `reasoning_content` in the history (DeepSeek and its kin); OpenAI does not. */
  readonly takesReasoning: boolean;
};

/** What minting ids and times of a decoded answer needs, so that decoding stays a pure function. */
export type DecodeContext = { readonly requestId: string; readonly createdAtS: number };

/** What writing an answer needs to know of the request it answers. */
export type ReplyContext = DecodeContext & {
  /** The model name the caller is shown. */
  readonly model: string;
  /** The caller's own request, as it came: Responses repeats much of it. */
  readonly request: JsonObject;
  /** Whether the usage chunk was asked for (openai-chat). */
  readonly wantsUsage: boolean;
};

/** One server-sent event: its name, where the dialect has names, and its data as parsed. */
export type WireEvent = { readonly name?: string; readonly data: JsonObject };

/** Reads an upstream's stream event by event. Throws AppError `upstream_failed` on what makes no sense. */
export type StreamDecoder = {
  readonly push: (event: WireEvent) => readonly ReplyEvent[];
  /** Takes the end of the connection (or `[DONE]`); closes what is open. Gives no `end` where the stream was not whole. */
  readonly end: () => readonly ReplyEvent[];
};

/** Writes a caller's stream: each event becomes zero or more whole frames of text, at once, never buffered. */
export type StreamEncoder = {
  readonly push: (event: ReplyEvent) => string;
  /** The frames that end a stream which failed after it had begun. */
  readonly fail: (error: AppError) => string;
  /** What could not be carried so far. */
  readonly losses: () => readonly Loss[];
};

/** One dialect, on either side. */
export type Codec = {
  readonly id: DialectId;
  /** How many stop sequences an upstream of this dialect takes; with more, the encoder leaves them out and the gateway stops by itself. */
  readonly stopsMax: number;
  /** Fields of this dialect's requests that another may leave out without changing the answer's meaning; the rest of `extras` is `meaning`. */
  readonly harmlessExtras: ReadonlySet<string>;
  /** Reads a caller's request. Throws AppError `invalid_field`/`missing_field` with the path of the field. */
  readonly decodeRequest: (body: JsonObject) => Conversation;
  readonly encodeRequest: (conversation: Conversation, target: RequestTarget) => Encoded;
  readonly decodeReply: (body: JsonObject, context: DecodeContext) => Reply;
  readonly encodeReply: (reply: Reply, context: ReplyContext) => Encoded;
  readonly createStreamDecoder: (context: DecodeContext) => StreamDecoder;
  readonly createStreamEncoder: (context: ReplyContext) => StreamEncoder;
  readonly readUsage: (raw: unknown) => Usage | undefined;
};
