import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { ReplyEvent } from "#lib/gateway/reply";
import type { DecodeContext, StreamDecoder } from "../codec.ts";
import { countIn, listIn, numberIn, objectIn, textIn } from "../read.ts";
import { errorIn } from "./error-in.ts";
import { mintReplyId } from "./mint-id.ts";
import { type ChoiceReader, createChoiceReader } from "./read-choice.ts";
import { readUsage } from "./usage.ts";

/** Reads a stream of chat completion chunks. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const choices = new Map<number, ChoiceReader>();
  let isStarted = false;
  let hasFailed = false;

  function readerOf(raw: Json): { readonly choice: JsonObject; readonly reader: ChoiceReader } {
    const choice = objectIn(raw);
    const index = countIn(choice?.index ?? 0);
    if (choice === undefined || index === undefined || index >= BOUNDS.choicesMax) {
      throw new AppError("upstream_failed", "The upstream sent a chunk that makes no sense.");
    }
    const reader =
      choices.get(index) ?? createChoiceReader(index, { requestId: context.requestId, audioFormat: STREAMED_FORMAT });
    choices.set(index, reader);
    return { choice, reader };
  }

  return {
    push: ({ data }) => {
      const error = errorIn(data);
      if (error !== undefined) {
        hasFailed = true;
        return [{ kind: "error", body: error }];
      }
      const events: ReplyEvent[] = [];
      const usage = usageIn(data);
      const said = choicesIn(data);
      if (!isStarted && (said.length > 0 || usage !== undefined)) {
        isStarted = true;
        events.push(startOf(data, context));
      }
      for (const raw of said) {
        const { choice, reader } = readerOf(raw);
        events.push(...reader.push(choice));
      }
      if (usage !== undefined) events.push({ kind: "usage", usage });
      return events;
    },
    end: () => {
      const readers = [...choices.values()];
      const isWhole = !hasFailed && readers.length > 0 && readers.every((reader) => reader.isFinished());
      return [...readers.flatMap((reader) => reader.close()), ...(isWhole ? [{ kind: "end" } as const] : [])];
    },
  };
}

/** The only format OpenAI streams. */
const STREAMED_FORMAT = "pcm16";

function choicesIn(data: JsonObject): readonly Json[] {
  const { choices } = data;
  if (choices === undefined || choices === null) return [];
  if (!Array.isArray(choices)) throw new AppError("upstream_failed", "The upstream sent a chunk that makes no sense.");
  return listIn(choices);
}

/** Groq says usage in a field of its own as well, Moonshot within the choice. */
function usageIn(data: JsonObject) {
  const apart = objectIn(data.x_groq)?.usage ?? objectIn(listIn(data.choices)[0])?.usage;
  return readUsage(data.usage) ?? readUsage(apart);
}

function startOf(data: JsonObject, { requestId, createdAtS }: DecodeContext): ReplyEvent {
  const serviceTier = textIn(data.service_tier);
  return {
    kind: "start",
    id: textIn(data.id) || mintReplyId(requestId),
    model: textIn(data.model) ?? "",
    createdAtS: numberIn(data.created) || createdAtS,
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}
