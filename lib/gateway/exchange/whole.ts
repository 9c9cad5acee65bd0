import { createByteCollector } from "#lib/base/bytes";
import { BOUNDS } from "../bounds.ts";
import type { UpstreamCall, UpstreamFault, UpstreamListener } from "../ports.ts";
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
export const exchangeWhole = (asking: Asking): Promise<TryResult> =>
  new Promise((resolve) => new WholeExchange(asking, resolve).start());

class WholeExchange implements UpstreamListener {
  readonly #asking: Asking;
  readonly #resolve: (result: TryResult) => void;
  readonly #body = createByteCollector();
  #head: UpstreamHead = NO_HEAD;
  #call: UpstreamCall | undefined;

  constructor(asking: Asking, resolve: (result: TryResult) => void) {
    this.#asking = asking;
    this.#resolve = resolve;
  }

  start(): void {
    this.#call = this.#asking.send(this);
    this.#asking.leaving.listen(() => {
      this.#call?.abort();
      this.#finish("left");
    });
  }

  onHead(status: number, header: UpstreamHead["header"]): void {
    this.#head = { status, header };
  }

  onData(chunk: Uint8Array): void {
    this.#body.push(chunk);
    if (this.#body.length() <= BOUNDS.replyBytesMax) return;
    this.#call?.abort();
    this.#settle(failed(badReply(this.#head.status, "the reply is too large")));
  }

  onEnd(): void {
    try {
      const reading = this.#asking.read(this.#head, this.#body.take());
      if (reading instanceof Promise) reading.then((tried) => this.#settle(tried), this.#fail);
      else this.#settle(reading);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  onFault(fault: UpstreamFault): void {
    this.#settle(failed(faultReport(fault)));
  }

  /** A reply that cannot be read is the upstream's failure, whatever is wrong with it. */
  readonly #fail = (thrown: unknown) =>
    this.#settle(failed(badReply(this.#head.status, thrown instanceof Error ? thrown.message : String(thrown))));

  #settle(tried: Tried<WholeReply>): void {
    if (tried.ok) this.#finish({ ok: true, value: { kind: "whole", reply: tried.value } });
    else this.#finish(failed(concealed(tried.report, this.#asking.secret)));
  }

  #finish(result: TryResult): void {
    this.#asking.leaving.listen(null);
    this.#resolve(result);
  }
}

const NO_HEAD: UpstreamHead = { status: 0, header: () => undefined };
