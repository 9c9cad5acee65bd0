import { AppError } from "#lib/base/errors";
import type { BodyWatch } from "./body-watch.ts";
import type { Exchange } from "./exchange.ts";

const NOTHING = Buffer.alloc(0);

const tooLarge = (limitBytes: number) =>
  new AppError("body_too_large", `The body may have at most ${limitBytes} bytes.`);

/** Gives the body of a request: at once where it has come with its head, as most have. Refuses with `body_too_large` past the limit. */
export function readBody(exchange: Exchange, limitBytes: number, bodies: BodyWatch): Uint8Array | Promise<Uint8Array> {
  const { incoming } = exchange;
  if (Number(incoming.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  if (!incoming.complete) return collectBody(exchange, limitBytes, bodies);
  const bytes: Buffer = incoming.read() ?? NOTHING;
  if (bytes.length > limitBytes) throw tooLarge(limitBytes);
  return bytes;
}

function collectBody({ incoming, outgoing, isWaiting }: Exchange, limitBytes: number, bodies: BodyWatch) {
  return new Promise<Uint8Array>((resolve, reject) => {
    if (isWaiting) outgoing.writeContinue();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const giveUp = (error: AppError) => {
      body.stop();
      incoming.removeAllListeners("data").resume();
      reject(error);
    };
    const body = bodies.start(giveUp);
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) return giveUp(tooLarge(limitBytes));
      body.moved(chunk.length);
      chunks.push(chunk);
    });
    incoming.once("end", () => {
      body.stop();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    incoming.once("error", reject);
    incoming.once("close", () => {
      body.stop();
      if (!incoming.readableEnded) reject(new AppError("caller_left", "The caller hung up."));
    });
  });
}
