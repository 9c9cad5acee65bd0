import { createByteCollector } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import type { BodyWatch } from "./body-watch.ts";
import type { Exchange } from "./exchange.ts";

const NOTHING = Buffer.alloc(0);

export const tooLarge = (limitBytes: number) =>
  new AppError("body_too_large", `The body may have at most ${limitBytes} bytes.`);

/** Longer ones fill the stream's own buffer before they are whole. */
const ARRIVING_BYTES_MAX = 32 * 1024;

export type Reading = { readonly bodies: BodyWatch; readonly atTurnEnd: (work: () => void) => void };

/**
 * Gives the body of a request. Most come with their head, but Node tells of the head first: by the end of the turn they
 * are here, and are taken as they are, for a fraction of what it costs to hear of their pieces and their end. Refuses with
 * `body_too_large` past the limit.
 */
export function readBody(exchange: Exchange, limitBytes: number, reading: Reading): Uint8Array | Promise<Uint8Array> {
  const { incoming, isWaiting } = exchange;
  const length = Number(incoming.headers["content-length"] ?? 0);
  if (length > limitBytes) throw tooLarge(limitBytes);
  if (incoming.complete) return takeBody(exchange, limitBytes);
  if (length === 0 || length > ARRIVING_BYTES_MAX || isWaiting)
    return collectBody(exchange, limitBytes, reading.bodies);
  return new Promise<void>((resolve) => reading.atTurnEnd(resolve)).then(() =>
    incoming.complete ? takeBody(exchange, limitBytes) : collectBody(exchange, limitBytes, reading.bodies),
  );
}

function takeBody({ incoming }: Exchange, limitBytes: number): Uint8Array {
  const bytes: Buffer = incoming.read() ?? NOTHING;
  if (bytes.length > limitBytes) throw tooLarge(limitBytes);
  return bytes;
}

export const hungUp = () => new AppError("caller_left", "The caller hung up.");

function collectBody({ incoming, outgoing, isWaiting }: Exchange, limitBytes: number, bodies: BodyWatch) {
  return new Promise<Uint8Array>((resolve, reject) => {
    if (incoming.destroyed) return reject(hungUp());
    if (isWaiting) outgoing.writeContinue();
    const bytes = createByteCollector(Number(incoming.headers["content-length"] ?? 0));
    const giveUp = (error: AppError) => {
      body.stop();
      incoming.removeAllListeners("data").resume();
      reject(error);
    };
    const body = bodies.start(giveUp);
    incoming.on("data", (chunk: Buffer) => {
      if (bytes.length() + chunk.length > limitBytes) return giveUp(tooLarge(limitBytes));
      body.moved(chunk.length);
      bytes.push(chunk);
    });
    incoming.once("end", () => {
      body.stop();
      resolve(bytes.take());
    });
    // A reset while the body is on its way: the parser's own errors end the connection before they come here.
    incoming.once("error", () => reject(hungUp()));
    incoming.once("close", () => {
      body.stop();
      if (!incoming.readableEnded) reject(hungUp());
    });
  });
}
