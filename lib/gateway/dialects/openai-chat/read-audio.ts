import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import type { AudioPart, JsonObject } from "#lib/gateway/conversation";
import { numberIn, objectIn, textIn } from "../read.ts";

export type AudioReader = {
  readonly take: (delta: JsonObject) => void;
  /** Gives the sound collected so far as one part: audio is not streamed on, since a part of it comes whole. */
  readonly collected: () => AudioPart | undefined;
};

/** Reads the audio in each delta of one choice. */
export function createAudioReader(format: string): AudioReader {
  const pieces: string[] = [];
  let head: Pick<AudioPart, "id" | "extras"> | undefined;
  let transcript = "";
  let size = 0;
  return {
    take: (delta) => {
      const audio = objectIn(delta.audio);
      if (audio === undefined) return;
      const data = textIn(audio.data) ?? "";
      size += data.length;
      if (size > BOUNDS.replyBytesMax) throw new AppError("upstream_failed", "The upstream sent too much audio.");
      if (data !== "") pieces.push(data);
      transcript += textIn(audio.transcript) ?? "";
      head = { ...head, ...headOf(audio) };
    },
    collected: () =>
      head && {
        kind: "audio",
        format,
        base64: joinBase64(pieces),
        ...(transcript === "" ? {} : { transcript }),
        ...head,
      },
  };
}

function headOf(audio: JsonObject): Pick<AudioPart, "id" | "extras"> {
  const id = textIn(audio.id);
  const expiresAt = numberIn(audio.expires_at);
  return {
    ...(id === undefined ? {} : { id }),
    ...(expiresAt === undefined ? {} : { extras: { dialect: "openai-chat", fields: { expires_at: expiresAt } } }),
  };
}

/** Each piece is base64 on its own, padded or not. */
const joinBase64 = (pieces: readonly string[]): string =>
  pieces.length === 1
    ? (pieces[0] ?? "")
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64"))).toString("base64");
