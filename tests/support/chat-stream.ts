type Fields = Readonly<Record<string, unknown>>;

/** What a caller has of a streamed chat, put together the way the SDKs do. */
export type ChatStream = {
  readonly chunks: readonly Fields[];
  readonly content: string;
  readonly finishReasons: readonly string[];
  readonly usages: readonly Fields[];
  readonly error: Fields | undefined;
  readonly isDone: boolean;
};

/** Reads the text of an OpenAI chat stream; throws on data that is no JSON. */
export function readChatStream(text: string): ChatStream {
  const data = text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => line.slice("data: ".length));
  const chunks = data.filter((line) => line !== "[DONE]").map((line): Fields => JSON.parse(line));
  const choices = chunks.flatMap((chunk) => listOf(chunk.choices));
  return {
    chunks,
    content: choices.map((choice) => wordsOf(fieldsOf(choice.delta)?.content)).join(""),
    finishReasons: choices.map((choice) => choice.finish_reason).filter((reason) => typeof reason === "string"),
    usages: chunks.map((chunk) => fieldsOf(chunk.usage)).filter((usage) => usage !== undefined),
    error: chunks.map((chunk) => fieldsOf(chunk.error)).find((error) => error !== undefined),
    isDone: data.at(-1) === "[DONE]",
  };
}

const wordsOf = (content: unknown) => (typeof content === "string" ? content : "");

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value : []);

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? { ...value } : undefined;
