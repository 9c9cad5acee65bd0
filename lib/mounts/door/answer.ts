import type { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import { encodeError } from "#lib/gateway/dialects/openai-chat/encode-error";
import { retryHeaders } from "#lib/gateway/steps/headers";
import type { Incoming, Outgoing } from "./exchange.ts";
import { lingerAfterAnswer } from "./linger.ts";

/** Headers of every answer that the door gives itself. */
const headersOf = (body: string) => ({
  "content-type": "application/json; charset=utf-8",
  "content-length": String(Buffer.byteLength(body)),
  "cache-control": "no-store",
  "x-request-id": newRequestId(Date.now()),
  "x-content-type-options": "nosniff",
});

export function answer(outgoing: Outgoing, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  outgoing.writeHead(status, headersOf(body));
  outgoing.end(body);
}

/** Refuses a request whose body nobody has read; the connection ends with it unless the body is here already. */
export function refuse(incoming: Incoming, outgoing: Outgoing, error: AppError): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const body = JSON.stringify(encodeError(error));
  endAfterAnswer(incoming, outgoing);
  outgoing.writeHead(error.status, { ...headersOf(body), ...retryHeaders(error) });
  outgoing.end(body);
}

/**
 * Called before an answer is written: the rest of a body that was not read must not be taken for the next request. Over
 * HTTP/2 only its own stream ends.
 */
export function endAfterAnswer(incoming: Incoming, outgoing: Outgoing): void {
  if (incoming.complete) return;
  const { stream } = outgoing;
  if (stream) return void stream.once("finish", () => stream.close());
  outgoing.setHeader("connection", "close");
  if (outgoing.socket) lingerAfterAnswer(outgoing.socket);
}

/** The same refusal for a connection on which no request could be read. */
export function rawRefusal(error: AppError): string {
  const body = JSON.stringify(encodeError(error));
  const headers = { ...headersOf(body), ...retryHeaders(error), connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${REASONS[error.status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  426: "Upgrade Required",
  431: "Request Header Fields Too Large",
};
