import { BOUNDS } from "../bounds.ts";
import type { UpstreamCall, UpstreamListener } from "../ports.ts";
import type { UpstreamHead } from "../providers/provider.ts";
import type { Leaving } from "../request.ts";
import { badReply, failed, faultReport, type Tried } from "./failure.ts";
import type { ReadReply, WholeReply } from "./read-reply.ts";

export type Send = (listener: UpstreamListener) => UpstreamCall;

/** Sends one attempt and waits for its whole reply. A hang-up of the caller aborts it and rejects nothing: the result says `left`. */
export function exchangeWhole(send: Send, read: ReadReply, leaving: Leaving): Promise<Tried<WholeReply> | "left"> {
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
      onEnd: () => finish(readSafely(read, head, chunks)),
      onFault: (fault) => finish(failed(faultReport(fault))),
    });
    leaving.listen(() => {
      call.abort();
      finish("left");
    });
  });
}

/** A reply that cannot be read is the upstream's failure, whatever is wrong with it. */
function readSafely(read: ReadReply, head: UpstreamHead, chunks: readonly Uint8Array[]): Tried<WholeReply> {
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  try {
    return read(head, body);
  } catch (thrown) {
    return failed(badReply(head.status, thrown instanceof Error ? thrown.message : String(thrown)));
  }
}
