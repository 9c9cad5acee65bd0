import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { ReplyEvent } from "#lib/gateway/reply";
import { listIn, objectIn, textIn } from "../read.ts";
import { readCitations } from "./citations.ts";
import { thinkingIn } from "./decode-content.ts";
import { readFinish } from "./finish.ts";
import { readLogprobs } from "./logprobs.ts";
import { readMediaUrl } from "./media.ts";
import { createPartCursor, type PartCursor } from "./part-cursor.ts";
import { createAudioReader } from "./read-audio.ts";
import { createCallReader } from "./read-calls.ts";
import { createThoughtReader, takeFlatThought } from "./read-thoughts.ts";

/** Reads one choice, streamed or whole: a whole message is read as one delta, so that both say the same. */
export type ChoiceReader = {
  readonly push: (choice: JsonObject) => readonly ReplyEvent[];
  /** Closes what is open. */
  readonly close: () => readonly ReplyEvent[];
  readonly isFinished: () => boolean;
};

type Source = { readonly requestId: string; readonly audioFormat: string };

/** Starts reading a choice. */
export function createChoiceReader(index: number, { requestId, audioFormat }: Source): ChoiceReader {
  const cursor = createPartCursor(index);
  const takeThoughts = createThoughtReader(cursor);
  const calls = createCallReader(cursor, requestId);
  const audio = createAudioReader(audioFormat);

  function close() {
    if (!cursor.isFinished()) calls.flush();
    const sound = cursor.isFinished() ? undefined : audio.collected();
    if (sound === undefined) cursor.end();
    else cursor.whole(sound);
  }

  return {
    push: (choice) => {
      const delta = objectIn(choice.delta) ?? objectIn(choice.message) ?? {};
      takeThoughts(delta);
      takeContent(cursor, delta.content);
      takeText(cursor, "refusal", delta.refusal);
      takeCitations(cursor, delta.annotations);
      takeLogprobs(cursor, choice.logprobs);
      for (const image of listIn(delta.images)) takeChunk(cursor, image);
      audio.take(delta);
      calls.take(delta);
      // Some say "" where nothing has finished yet.
      const word = textIn(choice.finish_reason) ?? "";
      if (word !== "" && !cursor.isFinished()) {
        close();
        cursor.finish(readFinish(word, calls.hasCalls()));
      }
      return cursor.drain();
    },
    close: () => {
      close();
      return cursor.drain();
    },
    isFinished: cursor.isFinished,
  };
}

function takeContent(cursor: PartCursor, content: Json | undefined): void {
  takeText(cursor, "text", content);
  for (const chunk of listIn(content)) takeChunk(cursor, chunk);
}

function takeText(cursor: PartCursor, kind: "text" | "refusal", value: Json | undefined): void {
  if (typeof value !== "string" || value === "") return;
  if (!cursor.isOpen(kind)) cursor.start({ kind }, kind);
  cursor.text(value);
}

/** Mistral's content is a list where it is more than text; an image may come in one, or in a list of its own. */
function takeChunk(cursor: PartCursor, value: Json): void {
  const chunk = objectIn(value);
  if (chunk === undefined) return;
  if (chunk.type === "text") takeText(cursor, "text", chunk.text);
  else if (chunk.type === "thinking") takeFlatThought(cursor, thinkingIn(chunk));
  else takeOther(cursor, chunk);
}

function takeOther(cursor: PartCursor, chunk: JsonObject): void {
  const url = chunk.type === "image_url" ? textIn(objectIn(chunk.image_url)?.url) : undefined;
  const media = url === undefined ? undefined : readMediaUrl(url);
  if (media === undefined) cursor.whole({ kind: "foreign", dialect: "openai-chat", value: chunk });
  else cursor.whole({ kind: "image", media });
}

function takeCitations(cursor: PartCursor, annotations: Json | undefined): void {
  for (const citation of readCitations(annotations)) {
    if (!cursor.isOpen("text")) cursor.start({ kind: "text" }, "text");
    cursor.cite(citation);
  }
}

function takeLogprobs(cursor: PartCursor, logprobs: Json | undefined): void {
  const tokens = readLogprobs(logprobs);
  if (tokens.length === 0) return;
  if (cursor.openKind() === undefined) cursor.start({ kind: "text" }, "text");
  cursor.weigh(tokens);
}
