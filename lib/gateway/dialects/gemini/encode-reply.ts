import type { JsonObject } from "#lib/gateway/conversation";
import type { Encoded, Loss, ReplyContext } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import type { Choice, Reply } from "#lib/gateway/reply";
import { attachProofs } from "./attach-proofs.ts";
import { isBlocked } from "./decode-reply.ts";
import { DIALECT, withExtras } from "./fields.ts";
import { writeFinish } from "./finish.ts";
import { writeLogprobs } from "./logprobs.ts";
import { lossOfPart } from "./losses.ts";
import { REPLY_WRITING, writeHead } from "./reply-head.ts";
import { type CitedText, writeCitations } from "./write-citations.ts";
import { writePart } from "./write-part.ts";
import { writeUsage } from "./write-usage.ts";

/** Writes a whole `GenerateContentResponse`. */
export function encodeReply(reply: Reply, context: ReplyContext): Encoded {
  const written = reply.choices.map(writeCandidate);
  const body = defined({
    candidates: wasRefused(reply) ? undefined : written.map(({ candidate }) => candidate),
    usageMetadata: reply.usage && writeUsage(reply.usage, reply.serviceTier),
    ...writeHead(reply, context),
  });
  return { body: withExtras(body, reply.extras), losses: written.flatMap(({ losses }) => losses) };
}

/** Where Gemini refused the prompt, its `promptFeedback` says it all. */
const wasRefused = ({ extras, choices }: Reply) =>
  extras?.dialect === DIALECT && isBlocked(extras.fields) && choices.every(({ parts }) => parts.length === 0);

type WrittenCandidate = { readonly candidate: JsonObject; readonly losses: readonly Loss[] };

function writeCandidate(choice: Choice): WrittenCandidate {
  const parts: JsonObject[] = [];
  const texts: CitedText[] = [];
  const losses: Loss[] = [];
  for (const { part, at } of attachProofs(choice.parts)) {
    const written = writePart(part, REPLY_WRITING);
    if (written.length === 0) losses.push(lossOfPart(part, `choices.${choice.index}.parts.${at}`));
    if (part.kind === "text" && part.citations)
      texts.push({ partIndex: parts.length, text: part.text, citations: part.citations });
    parts.push(...written);
  }
  const candidate = defined({
    content: defined({ parts: parts.length === 0 ? undefined : parts, role: "model" }),
    finishReason: writeFinish(choice.finish),
    index: choice.index,
    logprobsResult: choice.logprobs && writeLogprobs(choice.logprobs),
    ...writeCitations(texts),
  });
  return { candidate: withExtras(candidate, choice.extras), losses };
}
