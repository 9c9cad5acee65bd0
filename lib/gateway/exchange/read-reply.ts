import type { Usage } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { JsonObject, Part } from "../conversation.ts";
import type { Codec, Loss, ReplyContext } from "../dialects/codec.ts";
import { bytesIn, type Passage, type ReplyEdits } from "../dialects/passage.ts";
import { objectIn } from "../dialects/read.ts";
import { parseAnswer } from "../json-exact.ts";
import { type JsonMember, memberOf, parseMember, scanTrusted } from "../json-scan.ts";
import { jsonBytes } from "../json-write.ts";
import { nextTurn } from "../next-turn.ts";
import type { Provider, UpstreamHead } from "../providers/provider.ts";
import type { Reply } from "../reply.ts";
import { badReply, failed, failureOf, type Tried } from "./failure.ts";
import { stopReply } from "./stop-sequences.ts";

/** A whole answer, ready for the caller. */
export type WholeReply = {
  readonly status: number;
  readonly body: Uint8Array;
  readonly usage: Usage | undefined;
  /** UTF-8 bytes of what was said: the base of an estimate where there is no usage. */
  readonly outputBytes: number;
  readonly losses: readonly Loss[];
};

/** Reads a whole answer; a large one may take several turns of the event loop. */
export type ReadReply = (head: UpstreamHead, body: Uint8Array) => Tried<WholeReply> | Promise<Tried<WholeReply>>;

const isOk = ({ status }: UpstreamHead) => status >= 200 && status < 300;

/** An error reported inside a 200, or something that is no answer at all. */
export function notAnAnswer(head: UpstreamHead, body: Uint8Array, provider: Provider): Tried<WholeReply> {
  const report = failureOf({ ...head, status: 502 }, body, provider);
  if (report.failure.kind === "server") return failed(badReply(head.status, "the reply lacks what was asked for"));
  return failed({ ...report, status: head.status });
}

type Passing = {
  readonly call: Call;
  readonly passage: Passage;
  readonly provider: Provider;
  readonly edits: ReplyEdits;
};

/** Reads an answer in the caller's own dialect: only usage is read out, only what `edits` names is changed. */
export const passReply =
  ({ call, passage, provider, edits }: Passing): ReadReply =>
  (head, body) => {
    const opened = openReply(head, body, provider);
    if (!opened.ok) return opened;
    const members = opened.value;
    const isReply = call.endpoint.isReply ?? passage.isReply;
    if (!isReply(body, members)) return notAnAnswer(head, body, provider);
    const said = saidIn({ call, passage }, body, members);
    const patched = passage.patchReply(body, edits, members);
    return { ok: true, value: { ...said, status: head.status, body: patched, losses: [] } };
  };

/** Gives the members of an answer that may be one. */
export function openReply(head: UpstreamHead, body: Uint8Array, provider: Provider): Tried<readonly JsonMember[]> {
  if (!isOk(head)) return failed(failureOf(head, body, provider));
  const members = scanReply(body);
  if (members === undefined) return failed(badReply(head.status, "the reply is not a JSON object"));
  // Some upstreams report a failure inside a 200.
  const error = parseMember(body, memberOf(members, "error"));
  if (error) return failed({ ...failureOf({ ...head, status: 502 }, body, provider), status: head.status });
  return { ok: true, value: members };
}

function saidIn(
  { call, passage }: Pick<Passing, "call" | "passage">,
  body: Uint8Array,
  members: readonly JsonMember[],
): Pick<WholeReply, "usage" | "outputBytes"> {
  const { metering, readReplyUsage = passage.readReplyUsage } = call.endpoint;
  const usage = readReplyUsage(body, members);
  if (usage !== undefined || metering !== "tokens") return { usage, outputBytes: 0 };
  return { usage, outputBytes: passage.outputBytesIn(parsedOf(body) ?? {}) };
}

/** One too deep is no reply. */
function scanReply(body: Uint8Array): readonly JsonMember[] | undefined {
  try {
    return scanTrusted(body);
  } catch {
    return undefined;
  }
}

type Translating = {
  readonly upstream: Codec;
  readonly caller: Codec;
  readonly provider: Provider;
  readonly context: ReplyContext;
  readonly stops: readonly string[];
};

/** Reads an answer in the upstream's dialect and writes it in the caller's, each step of a large one in a turn of its own. */
export const translateReply =
  ({ upstream, caller, provider, context, stops }: Translating): ReadReply =>
  async (head, body) => {
    if (!isOk(head)) return failed(failureOf(head, body, provider));
    const pause = body.length > BOUNDS.turnBytesMax ? nextTurn : noPause;
    await pause();
    const parsed = parsedOf(body);
    if (parsed === undefined) return failed(badReply(head.status, "the reply is not a JSON object"));
    if (parsed.error) return failed({ ...failureOf({ ...head, status: 502 }, body, provider), status: head.status });
    await pause();
    const reply = stopReply(upstream.decodeReply(parsed, context), stops);
    if (reply.choices.length === 0) return notAnAnswer(head, body, provider);
    await pause();
    const written = caller.encodeReply(reply, context);
    await pause();
    const bytes = jsonBytes(written.body, body.length);
    const said = { usage: reply.usage, outputBytes: outputBytesOf(reply) };
    return { ok: true, value: { ...said, status: head.status, body: bytes, losses: written.losses } };
  };

const noPause = () => undefined;

const outputBytesOf = ({ choices }: Reply) =>
  choices.flatMap(({ parts }) => parts).reduce((sum, part) => sum + bytesOfPart(part), 0);

function bytesOfPart(part: Part): number {
  if (part.kind === "tool-call") return bytesIn(part.name) + bytesIn(part.input);
  if (part.kind === "audio") return bytesIn(part.transcript);
  return "text" in part ? bytesIn(part.text) : 0;
}

function parsedOf(body: Uint8Array): JsonObject | undefined {
  try {
    return objectIn(parseAnswer(body));
  } catch {
    return undefined;
  }
}
