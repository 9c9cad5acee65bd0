import type { Socket } from "node:net";
import { type GatewayReply, isStream } from "#lib/gateway/request";
import { writeMessage } from "#lib/platform/write-message";
import { answerHead } from "./answer-head.ts";
import type { DoorCall } from "./call.ts";
import { AS_CHUNKS } from "./chunks.ts";
import type { PlainRequest } from "./plain-request.ts";
import { type Outlet, pump, type Sending } from "./pump.ts";
import { hungUp, tooLarge } from "./read-body.ts";

/** A call that came the short way (lane.ts). Its answer is written to the socket itself; one whose body is not whole has been left by its caller. */
export class LaneCall implements DoorCall, Outlet {
  readonly method = "POST";
  readonly url: string;
  readonly #request: PlainRequest;
  readonly #socket: Socket;
  readonly #sending: Sending;
  readonly #closers: (() => void)[] = [];
  /** The head of the answer until it goes out with the first bytes of the body. */
  #head = "";
  #isSent = false;
  #isClosed = false;
  #isEnded = false;
  #onStall: (() => void) | undefined;

  constructor(request: PlainRequest, socket: Socket, sending: Sending) {
    this.url = request.url;
    this.#request = request;
    this.#socket = socket;
    this.#sending = sending;
  }

  header(name: string): string | undefined {
    return this.#request.header(name);
  }

  remoteAddress(): string {
    return this.#socket.remoteAddress ?? "";
  }

  read(limitBytes: number): Uint8Array {
    const { body } = this.#request;
    if (body === undefined) throw hungUp();
    if (body.length > limitBytes) throw tooLarge(limitBytes);
    return body;
  }

  send(reply: GatewayReply): void {
    if (this.isGone()) return;
    const { body } = reply;
    this.#head = answerHead(reply, isStream(body) ? undefined : body.length);
    pump(body, this, this.#sending);
  }

  onClose(close: () => void): void {
    if (this.#isClosed) close();
    else this.#closers.push(close);
  }

  isGone(): boolean {
    return this.#socket.destroyed;
  }

  isSent(): boolean {
    return this.#isSent;
  }

  /** True once all of the answer has been written, whether or not the kernel has taken it. */
  isEnded(): boolean {
    return this.#isEnded;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  waiting(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    this.#writeHead();
    return this.#socket.write(AS_CHUNKS.framed(bytes));
  }

  end(): void {
    this.#writeHead();
    this.#isEnded = true;
    this.#socket.write(AS_CHUNKS.last, this.#onSent);
  }

  endWith(bytes: Uint8Array): void {
    this.#isEnded = true;
    writeMessage(this.#socket, { head: this.#head, body: bytes, onWritten: this.#onSent });
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  onDrain(resume: () => void): void {
    this.#socket.once("drain", resume);
  }

  onStall(ms: number, stalled: () => void): void {
    this.#onStall = stalled;
    this.#socket.setTimeout(ms);
  }

  cut(): void {
    this.#socket.resetAndDestroy();
  }

  /** Told by the connection: nothing has moved for the time that was set. */
  stalled(): void {
    this.#onStall?.();
  }

  /** The answer is out, or the connection gone. */
  closed(): void {
    this.#isClosed = true;
    for (const close of this.#closers.splice(0)) close();
  }

  #writeHead(): void {
    if (this.#head === "") return;
    this.#socket.write(this.#head, "latin1");
    this.#head = "";
  }

  readonly #onSent = (error?: Error | null) => {
    if (error) return;
    this.#isSent = true;
    if (this.#onStall) this.#socket.setTimeout(0);
    this.closed();
  };
}
