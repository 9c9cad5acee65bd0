import type { Json, JsonObject } from "../conversation.ts";
import type { EmbeddingCodec } from "../dialects/embeddings/embedding.ts";
import { EMBEDDING_CODECS } from "../dialects/embeddings/registry.ts";
import { toBase64 } from "../dialects/embeddings/vector-text.ts";
import { countIn, objectIn } from "../dialects/read.ts";
import { elementsAt, type JsonMember, memberOf, parseMember, textOf } from "../json-scan.ts";
import { jsonAround, markOf } from "../json-write.ts";
import { inTurns } from "../next-turn.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt, Wire } from "../routing/plan.ts";
import { usageOf } from "./estimate.ts";
import { notAnAnswer, openReply, type ReadReply } from "./read-reply.ts";

type Embed = Extract<Wire, { kind: "embed" }>;

/** Reads vectors in the upstream's words and writes them in the caller's. They are never streamed. */
export function embedding({ call, plan }: Admitted, { deployment }: PlannedAttempt, wire: Embed) {
  const { dialect, operation } = call.endpoint;
  const { provider } = deployment;
  const upstream = EMBEDDING_CODECS[wire.dialect];
  const caller = EMBEDDING_CODECS[dialect];
  if (upstream === undefined || caller === undefined) throw new Error(`no vectors from ${wire.dialect} to ${dialect}`);
  const context = { model: plan.model.id, isBatch: operation === "batch-embed-contents" };
  const write = (vector: readonly number[]) => JSON.stringify(call.wantsBase64 ? toBase64(vector) : vector);
  const readWhole: ReadReply = async (head, body) => {
    const opened = openReply(head, body, provider);
    if (!opened.ok) return opened;
    const vectors = await vectorsIn(body, opened.value, { codec: upstream, write });
    if (vectors?.length !== wire.vectors) return notAnAnswer(head, body, provider);
    // OpenAI's callers must be told a usage: it is the one that is billed.
    const said = upstream.decodeReply(othersIn(body, opened.value, upstream.list)).usage;
    const usage = usageOf(call, { usage: said, outputBytes: 0 });
    const written = caller.encodeReply({ vectors: vectors.map((_, place) => markOf(place)), usage }, context);
    const bytes = jsonAround(JSON.stringify(written), (place) => vectors.slice(place, place + 1));
    return { ok: true, value: { status: head.status, body: bytes, usage, outputBytes: 0, losses: [] } };
  };
  const createReader = () => {
    throw new Error("vectors are not streamed");
  };
  return { readWhole, createReader };
}

type Rewriting = { readonly codec: EmbeddingCodec; readonly write: (vector: readonly number[]) => string };

/**
 * Gives the vectors of a reply written anew, in the order of the inputs; nothing where one cannot be read. Takes a turn of the
 * event loop for each few of them: together they are tens of megabytes.
 */
async function vectorsIn(body: Uint8Array, members: readonly JsonMember[], { codec, write }: Rewriting) {
  const list = memberOf(members, codec.list);
  if (list === undefined) return undefined;
  const found: { readonly place: number; readonly written: Uint8Array }[] = [];
  for await (const { start, end } of inTurns(elementsAt(body, list.valueStart))) {
    // A vector is of doubles at most: more digits than they hold are no number to be kept as its text.
    const item: Json = JSON.parse(textOf(body, start, end));
    const [vector = []] = codec.decodeReply({ [codec.list]: [item] }).vectors;
    if (vector.length === 0) return undefined;
    // Where it does not say which input it is of, they are in order.
    found.push({ place: countIn(objectIn(item)?.index) ?? found.length, written: Buffer.from(write(vector)) });
  }
  return found.toSorted((left, right) => left.place - right.place).map(({ written }) => written);
}

const othersIn = (body: Uint8Array, members: readonly JsonMember[], list: string): JsonObject =>
  Object.fromEntries(
    members.filter(({ name }) => name !== list).map((member) => [member.name, parseMember(body, member) as Json]),
  );
