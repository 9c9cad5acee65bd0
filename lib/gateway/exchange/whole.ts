import { createByteCollector } from "#lib/base/bytes";
import { BOUNDS } from "../bounds.ts";
import type { UpstreamCall, UpstreamListener } from "../ports.ts";
import type { UpstreamHead } from "../providers/provider.ts";
import type { Leaving } from "../request.ts";
import type { TryResult } from "./answer.ts";
import { badReply, concealed, failed, faultReport, type Tried } from "./failure.ts";
import type { ReadReply, WholeReply } from "./read-reply.ts";

export type Send = (listener: UpstreamListener) => UpstreamCall;

type Asking = {
  readonly send: Send;
  readonly read: ReadReply;
  /** The credential it is asked with, which nothing that it says may give away. */
  readonly secret: string;
  readonly leaving: Leaving;
};

/** Sends one attempt and waits for its whole reply. A hang-up of the caller aborts it and rejects nothing. */
export function exchangeWhole({ send, read, secret, leaving }: Asking): Promise<TryResult> {
  return new Promise((resolve) => {
    let head: UpstreamHead = { status: 0, header: () => undefined };
    const body = createByteCollector();
    const finish = (result: TryResult) => {
      leaving.listen(null);
      resolve(result);
    };
    const settle = (tried: Tried<WholeReply>) =>
      finish(
        tried.ok ? { ok: true, value: { kind: "whole", reply: tried.value } } : failed(concealed(tried.report, secret)),
      );
    const call = send({
      onHead: (status, header) => {
        head = { status, header };
      },
      onData: (chunk) => {
        body.push(chunk);
        if (body.length() <= BOUNDS.replyBytesMax) return;
        call.abort();
        settle(failed(badReply(head.status, "the reply is too large")));
      },
      onEnd: () => void readSafely(read, head, body.take()).then(settle),
      onFault: (fault) => settle(failed(faultReport(fault))),
    });
    leaving.listen(() => {
      call.abort();
      finish("left");
    });
  });
}

/** A reply that cannot be read is the upstream's failure, whatever is wrong with it. */
async function readSafely(read: ReadReply, head: UpstreamHead, body: Uint8Array): Promise<Tried<WholeReply>> {
  try {
    return await read(head, body);
  } catch (thrown) {
    return failed(badReply(head.status, thrown instanceof Error ? thrown.message : String(thrown)));
  }
}
