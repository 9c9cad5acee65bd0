import { STATUS_CODES } from "node:http";
import { createHeaderCheck } from "#lib/base/header-check";
import { BOUNDS } from "#lib/gateway/bounds";
import type { GatewayReply } from "#lib/gateway/request";

const isSound = createHeaderCheck();

const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(BOUNDS.keepAliveMs / 1_000)}\r\n`;

/**
 * Writes the head of an answer as Node's server would, for a connection that is kept. `length` is that of the body; without
 * it the body comes in chunks. Throws where a value could not be read as one.
 */
export function answerHead({ status, headers }: Pick<GatewayReply, "status" | "headers">, length?: number): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? "";
    if (!isSound(name, value)) throw new Error(`The header ${name} holds what no header may.`);
    head += `${name}: ${value}\r\n`;
  }
  const framing = length === undefined ? "Transfer-Encoding: chunked\r\n" : lengthLine(headers, length);
  return `${head}${framing}Date: ${dateNow()}\r\n${KEPT}\r\n`;
}

const lengthLine = (headers: GatewayReply["headers"], length: number) =>
  headers["content-length"] === undefined ? `Content-Length: ${length}\r\n` : "";

let dateText = "";
let dateS = 0;

/** Written once a second. */
function dateNow(): string {
  const nowMs = Date.now();
  const nowS = Math.floor(nowMs / 1_000);
  if (nowS !== dateS) {
    dateS = nowS;
    dateText = new Date(nowMs).toUTCString();
  }
  return dateText;
}
