import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import { rawRefusal } from "./answer.ts";
import type { Exchanges } from "./exchanges.ts";
import { isLingering, linger } from "./linger.ts";

/**
 * Answers a connection on which no request could be read. Says nothing where an answer to an earlier request is still owed:
 * it would be taken for that answer.
 */
export function refuseMalformed(error: Error & { code?: string }, socket: Duplex, exchanges: Exchanges): void {
  if (!(socket instanceof Socket) || isLingering(socket) || !socket.writable) return void socket.destroy();
  const refusal = refusalOf(error.code ?? "");
  // A connection opened ahead and never used is closed without a word.
  if (refusal === undefined || socket.bytesRead === 0) return void socket.destroy();
  const [owed, ...more] = exchanges.on(socket);
  const isItsBody = owed !== undefined && more.length === 0 && !owed.incoming.complete && !owed.outgoing.headersSent;
  if (owed !== undefined && !isItsBody) return void socket.destroy();
  refuseRaw(refusal, socket);
}

/** Refuses on the bare connection, where Node has no answer to write to, and ends it. */
export function refuseRaw(error: AppError, socket: Duplex): void {
  socket.on("error", () => socket.destroy());
  socket.write(rawRefusal(error));
  if (socket instanceof Socket) linger(socket);
  else socket.end();
}

function refusalOf(code: string): AppError | undefined {
  if (code === "HPE_HEADER_OVERFLOW")
    return new AppError("headers_too_large", `The headers may have at most ${BOUNDS.headerBytesMax} bytes.`);
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new AppError("request_timeout", "The request did not arrive in time.");
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW")
    return new AppError("body_too_large", "The chunk extensions are too large.");
  // Anything else that the parser refuses; what is no fault of the parser's is a connection that broke.
  return code.startsWith("HPE_")
    ? new AppError("invalid_request", "This is not an HTTP request we can read.")
    : undefined;
}
