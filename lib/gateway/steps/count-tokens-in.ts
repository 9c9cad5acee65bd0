import type { Conversation, Json, Media, Part, Tool } from "../conversation.ts";

/** Prose in a byte-level vocabulary takes about four bytes a token. */
const BYTES_PER_TOKEN = 4;
/** What Anthropic counts for the largest image it does not shrink: 1.15 megapixels at 750 pixels a token. */
const IMAGE_TOKENS = 1_600;
/** About what Anthropic counts for the text of one page of a document. */
const FILE_TOKENS = 3_000;
/** Google counts 32 tokens a second; at 128 kbit/s that is 500 bytes each. */
const AUDIO_BYTES_PER_TOKEN = 500;

/**
 * Estimates the tokens of a request: its text and its tools by their bytes, images and files at a flat figure, sound by its
 * length. Thoughts of earlier turns count nothing, as with the providers.
 */
export function countTokensIn({ messages, tools, output }: Conversation): number {
  const sizes = [
    ...messages.flatMap(({ parts }) => parts.map(sizeOf)),
    ...tools.map((tool) => ofBytes(bytesOfTool(tool))),
    ofBytes(output?.kind === "json-schema" ? bytesOfJson(output.schema) : 0),
  ];
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const tokens = sizes.reduce((sum, size) => sum + size.tokens, 0);
  return Math.max(1, Math.ceil(bytes / BYTES_PER_TOKEN) + tokens);
}

/** Bytes of text, and tokens of what is not text. */
type Size = { readonly bytes: number; readonly tokens: number };

const ofBytes = (bytes: number): Size => ({ bytes, tokens: 0 });
const ofTokens = (tokens: number): Size => ({ bytes: 0, tokens });

function sizeOf(part: Part): Size {
  switch (part.kind) {
    case "text":
    case "refusal":
      return ofBytes(bytesOf(part.text));
    case "image":
      return ofTokens(IMAGE_TOKENS);
    case "audio":
      return ofTokens(Math.ceil(decodedBytes(part.base64) / AUDIO_BYTES_PER_TOKEN));
    case "file":
      return sizeOfFile(part.media);
    case "reasoning":
      return ofBytes(0);
    case "tool-call":
      return ofBytes(bytesOf(part.name) + bytesOf(part.input));
    case "tool-result":
      return sum(part.structured ? [ofBytes(bytesOfJson(part.structured))] : part.content.map(sizeOf));
    case "foreign":
      return ofBytes(bytesOfJson(part.value));
  }
}

const sum = (sizes: readonly Size[]): Size => ({
  bytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
  tokens: sizes.reduce((total, { tokens }) => total + tokens, 0),
});

const sizeOfFile = (media: Media): Size =>
  media.kind === "data" && media.mediaType.startsWith("text/")
    ? ofBytes(decodedBytes(media.base64))
    : ofTokens(FILE_TOKENS);

function bytesOfTool(tool: Tool): number {
  switch (tool.kind) {
    case "function":
      return bytesOf(tool.name) + bytesOf(tool.description) + bytesOfJson(tool.schema);
    case "custom":
      return bytesOf(tool.name) + bytesOf(tool.description) + bytesOfJson(tool.format);
    case "server":
      return bytesOfJson(tool.value);
  }
}

const bytesOf = (text: string | undefined): number => (text === undefined ? 0 : Buffer.byteLength(text));
const bytesOfJson = (value: Json | undefined): number => (value === undefined ? 0 : bytesOf(JSON.stringify(value)));
const decodedBytes = (base64: string): number => Math.floor((base64.length * 3) / 4);
