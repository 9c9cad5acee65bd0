import type { Json, JsonObject } from "../conversation.ts";
import { EMBEDDING_CODECS } from "../dialects/embeddings/registry.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt, Wire } from "../routing/plan.ts";
import { usageOf } from "./estimate.ts";
import { rewriteReply } from "./read-reply.ts";

type Embed = Extract<Wire, { kind: "embed" }>;

/** A vector is of doubles at most: more digits than they hold are no number to be kept as its text. */
const parseDoubles = (text: string): Json => JSON.parse(text);

/** Reads vectors in the upstream's words and writes them in the caller's. They are never streamed. */
export function embedding({ call, plan }: Admitted, { deployment }: PlannedAttempt, wire: Embed) {
  const { dialect, operation } = call.endpoint;
  const upstream = EMBEDDING_CODECS[wire.dialect];
  const caller = EMBEDDING_CODECS[dialect];
  if (upstream === undefined || caller === undefined) throw new Error(`no vectors from ${wire.dialect} to ${dialect}`);
  const context = {
    model: plan.model.id,
    wantsBase64: call.wantsBase64,
    isBatch: operation === "batch-embed-contents",
  };
  const rewrite = (reply: JsonObject) => {
    const { vectors, usage: said } = upstream.decodeReply(reply);
    if (vectors.length !== wire.vectors || vectors.some((vector) => vector.length === 0)) return undefined;
    // OpenAI's callers must be told a usage: it is the one that is billed.
    const usage = usageOf(call, { usage: said, outputBytes: 0 });
    return { body: caller.encodeReply({ vectors, usage }, context), usage, outputBytes: 0, losses: [] };
  };
  return {
    readWhole: rewriteReply(deployment.provider, rewrite, parseDoubles),
    createReader: () => {
      throw new Error("vectors are not streamed");
    },
  };
}
