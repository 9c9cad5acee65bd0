import type { Reply, ReplyEvent } from "../reply.ts";
import type { Codec } from "./codec.ts";

/** What is made of an answer: of a whole one, and of a stream's events one after the other. */
type Change = {
  readonly ofReply: (reply: Reply) => Reply;
  readonly createOfEvent: () => (event: ReplyEvent) => readonly ReplyEvent[];
};

/** Gives a codec whose answers are read as before and then changed, whole and streamed alike. */
export const withReplies = (codec: Codec, { ofReply, createOfEvent }: Change): Codec => ({
  ...codec,
  decodeReply: (body, context) => ofReply(codec.decodeReply(body, context)),
  createStreamDecoder: (context) => {
    const decoder = codec.createStreamDecoder(context);
    const ofEvent = createOfEvent();
    return {
      push: (event) => decoder.push(event).flatMap(ofEvent),
      end: () => decoder.end().flatMap(ofEvent),
    };
  },
});
