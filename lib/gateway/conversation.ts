/** The form all dialects meet in: a superset of the four, so that what any of them says has a place. Times are Unix seconds. */

export type DialectId = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json | undefined };

/** Fields of the source dialect that have no place here. Given back to the same dialect as they were; a loss anywhere else. */
export type Extras = { readonly dialect: DialectId; readonly fields: JsonObject };

/** An opaque proof of a provider (thinking signature, encrypted reasoning, thought signature): carried to the byte, used only where it came from. */
export type Signature = {
  readonly origin: DialectId;
  readonly value: string;
  /** The id the origin gave the item it belongs to, where it has one (Responses). */
  readonly itemId?: string;
};

/** "Keep the prompt up to here": Anthropic's cache_control. */
export type CacheHint = { readonly ttl?: "5m" | "1h" };

export type Media =
  | { readonly kind: "data"; readonly mediaType: string; readonly base64: string }
  | { readonly kind: "url"; readonly url: string; readonly mediaType?: string }
  /** A file stored at the origin's own provider; nobody else can read it. */
  | { readonly kind: "stored"; readonly id: string; readonly origin: DialectId; readonly mediaType?: string };

export type Citation = {
  readonly url?: string;
  readonly title?: string;
  readonly citedText?: string;
  /** Offsets in characters into the text of the part, where the dialect gives them. */
  readonly start?: number;
  readonly end?: number;
  /** The citation as its dialect wrote it. */
  readonly original: { readonly dialect: DialectId; readonly value: JsonObject };
};

type PartBase = { readonly cacheHint?: CacheHint; readonly extras?: Extras };

export type TextPart = PartBase & {
  readonly kind: "text";
  readonly text: string;
  readonly citations?: readonly Citation[];
  /** Gemini may sign any part. */
  readonly signature?: Signature;
};
export type ImagePart = PartBase & {
  readonly kind: "image";
  readonly media: Media;
  /** What is not said lets the model decide, which dialects also call `auto`. */
  readonly detail?: "low" | "high" | "original";
};
export type AudioPart = PartBase & {
  readonly kind: "audio";
  /** `wav`, `mp3`, ... as OpenAI names formats. */
  readonly format: string;
  readonly base64: string;
  readonly transcript?: string;
  readonly id?: string;
};
export type FilePart = PartBase & { readonly kind: "file"; readonly media: Media; readonly filename?: string };
export type RefusalPart = PartBase & { readonly kind: "refusal"; readonly text: string };

/** What a model thought before it answered. `text` is empty where only the proof is given. */
export type ReasoningPart = PartBase & {
  readonly kind: "reasoning";
  readonly text: string;
  /** `summary` is the provider's digest of hidden thoughts, `full` the thoughts themselves. */
  readonly form: "summary" | "full";
  readonly signature?: Signature;
  /** True where the provider withheld the thoughts and gives the proof only (Anthropic's redacted_thinking). */
  readonly isRedacted?: boolean;
};

export type ToolCallPart = PartBase & {
  readonly kind: "tool-call";
  readonly id: string;
  readonly name: string;
  /** JSON text exactly as the model wrote it; "" where it wrote nothing. For a custom tool, its free text. */
  readonly input: string;
  readonly isCustom?: boolean;
  /** The group that its tool belongs to (Responses). */
  readonly namespace?: string;
  readonly signature?: Signature;
};

export type ToolResultPart = PartBase & {
  readonly kind: "tool-result";
  readonly callId: string;
  /** The tool's name, where the dialect says it (Gemini). */
  readonly name?: string;
  readonly content: readonly (TextPart | ImagePart | FilePart)[];
  /** Gemini takes an object as a result; kept so that it goes back as one. */
  readonly structured?: JsonObject;
  readonly isError?: boolean;
  readonly isCustom?: boolean;
};

/** An item of one dialect that no other has (a server-side tool's call or result, an item reference). Losing it changes the meaning. */
export type ForeignPart = {
  readonly kind: "foreign";
  readonly dialect: DialectId;
  readonly value: JsonObject;
};

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | FilePart
  | RefusalPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | ForeignPart;

/** Tool results stand in messages of the role `tool`, one message for results that answer one turn. */
export type Message = {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly parts: readonly Part[];
  /** The participant's name (OpenAI chat). */
  readonly name?: string;
  readonly extras?: Extras;
};

export type FunctionTool = {
  readonly kind: "function";
  readonly name: string;
  readonly description?: string;
  /** JSON Schema as the caller wrote it; absent where the tool takes nothing. */
  readonly schema?: JsonObject;
  readonly isStrict?: boolean;
  readonly cacheHint?: CacheHint;
  readonly extras?: Extras;
};
/** A tool with free text instead of JSON as its input (OpenAI's `custom`). */
export type CustomTool = {
  readonly kind: "custom";
  readonly name: string;
  readonly description?: string;
  readonly format?: JsonObject;
};
/** A tool that the provider itself runs (web search, code execution, ...). */
export type ServerTool = {
  readonly kind: "server";
  readonly dialect: DialectId;
  readonly name: string;
  readonly value: JsonObject;
};
export type Tool = FunctionTool | CustomTool | ServerTool;

export type ToolChoice =
  | { readonly kind: "auto" | "none" | "required" }
  | { readonly kind: "named"; readonly name: string }
  /** Only these tools may be called. */
  | { readonly kind: "allowed"; readonly mode: "auto" | "required"; readonly names: readonly string[] };

export type OutputFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | {
      readonly kind: "json-schema";
      readonly name: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly isStrict?: boolean;
    };

export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export type ReasoningRequest = {
  readonly effort?: ReasoningEffort;
  /** The most tokens to think with; -1 lets the model decide (Gemini). */
  readonly budgetTokens?: number;
  /** Whether thoughts are to be shown, and how. */
  readonly show?: "auto" | "concise" | "detailed" | "none";
  /** Anthropic's `adaptive`: think when it seems worth it. */
  readonly isAdaptive?: boolean;
};

/** A request for one answer of a model. What is absent was not said. */
export type Conversation = {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly allowsParallelTools?: boolean;
  readonly output?: OutputFormat;
  /** `low`, `medium`, `high`. */
  readonly verbosity?: string;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** How many answers are wanted: `n`. */
  readonly choices?: number;
  /** Log-probabilities of the tokens given, and of how many alternatives beside each. */
  readonly logprobs?: { readonly top: number };
  readonly reasoning?: ReasoningRequest;
  readonly serviceTier?: string;
  readonly metadata?: JsonObject;
  /** The end user, as the caller names it: `user`, `safety_identifier`, `metadata.user_id`. */
  readonly userId?: string;
  readonly cacheKey?: string;
  readonly extras?: Extras;
};
