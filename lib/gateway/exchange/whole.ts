import type { Usage } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import { objectOf, readUsage } from "../dialects/openai-chat/read-usage.ts";
import { isArray, type JsonMember, memberOf, parseMember, scanMembers, textOf } from "../json-scan.ts";
import type { UpstreamCall, UpstreamListener } from "../ports.ts";
import type { Provider, UpstreamHead } from "../providers/provider.ts";
import type { Leaving } from "../request.ts";
import { badReply, failed, faultReport, isCallersFault, type Tried, type TryFailure } from "./failure.ts";

export type WholeReply = {
  readonly status: number;
  readonly body: Uint8Array;
  readonly members: readonly JsonMember[];
  readonly usage: Usage | undefined;
};

/** Whom to expect an answer from, and how to tell that it is one. */
type Expected = { readonly provider: Provider; readonly replyList: string };

export type Send = (listener: UpstreamListener) => UpstreamCall;

/** Sends one attempt and waits for its whole reply. A hang-up of the caller aborts it and rejects nothing: the result says `left`. */
export function exchangeWhole(send: Send, expected: Expected, leaving: Leaving): Promise<Tried<WholeReply> | "left"> {
  return new Promise((resolve) => {
    let head: UpstreamHead = { status: 0, header: () => undefined };
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const finish = (result: Tried<WholeReply> | "left") => {
      leaving.listen(null);
      resolve(result);
    };
    const call = send({
      onHead: (status, header) => {
        head = { status, header };
      },
      onData: (chunk) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= BOUNDS.replyBytesMax) return;
        call.abort();
        finish(failed(badReply(head.status, "the reply is too large")));
      },
      onEnd: () => finish(readReply(head, chunks, expected)),
      onFault: (fault) => finish(failed(faultReport(fault))),
    });
    leaving.listen(() => {
      call.abort();
      finish("left");
    });
  });
}

function readReply(
  head: UpstreamHead,
  chunks: readonly Uint8Array[],
  { provider, replyList }: Expected,
): Tried<WholeReply> {
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  if (head.status < 200 || head.status >= 300) return failed(failureOf(head, body, provider));
  const members = scanReply(body);
  if (members === undefined) return failed(badReply(head.status, "the reply is not a JSON object"));
  // Some upstreams report a failure inside a 200.
  const error = parseMember(body, memberOf(members, "error"));
  if (error) return failed({ ...failureOf({ ...head, status: 502 }, body, provider), status: head.status });
  if (!isArray(body, memberOf(members, replyList)))
    return failed(badReply(head.status, "the reply lacks what was asked for"));
  const usage = readUsage(parseMember(body, memberOf(members, "usage")));
  return { ok: true, value: { status: head.status, body, members, usage } };
}

/** An upstream's reply may be as large as it likes, within the bound on its bytes; one too complex is no reply. */
function scanReply(body: Uint8Array): readonly JsonMember[] | undefined {
  try {
    return scanMembers(body, Number.MAX_SAFE_INTEGER);
  } catch {
    return undefined;
  }
}

/** Classifies a reply that is a failure; its body is kept for the caller only when it speaks of the caller's request. */
export function failureOf(head: UpstreamHead, body: Uint8Array, provider: Provider): TryFailure {
  const parsed = parsedOf(body);
  const failure = provider.classify(head, parsed);
  const isOpenAiError = objectOf(objectOf(parsed)?.error) !== undefined;
  const relay = isOpenAiError && !failure.isRetryable && isCallersFault(head.status) ? body : undefined;
  return { failure, status: head.status, detail: `upstream answered ${head.status}`, relay };
}

function parsedOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch {
    return undefined;
  }
}
