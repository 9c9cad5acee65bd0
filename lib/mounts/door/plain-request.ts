import { BOUNDS } from "#lib/gateway/bounds";
import { SINGLE } from "./check-head.ts";

/** A request of the plainest kind. */
export type PlainRequest = {
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  /** Absent while a part of it is on its way. */
  readonly body: Buffer | undefined;
};

/**
 * A call of the API in which nothing can be read in two ways (RFC 9112): `POST`, a path of ours without dots or escapes,
 * HTTP/1.1, one header a line with nothing but visible ASCII, tabs and spaces in it, every line ended by CR LF.
 */
const PLAIN_HEAD = new RegExp(
  "^POST (/v1(?:beta)?(?:/[\\w:-][\\w.:-]*)+(?:\\?[!-~]*)?) HTTP/1\\.1\\r\\n" +
    `(?:[\\w!#$%&'*+.^\`|~-]+:[\\t\\x20-\\x7e]*\\r\\n){1,${BOUNDS.headersMax}}$`,
);

const LETTER_P = 0x50;
const HEAD_END = Buffer.from("\r\n\r\n");

/** Bodies that come in more than a few pieces are Node's to collect. */
const BODY_BYTES_MAX = 64 * 1024;

/** Headers that change what the bytes behind them mean, or what is to be answered. */
const OTHERS = ["transfer-encoding", "expect", "upgrade", "te", "trailer"].map(lineOf);
const SINGLES = [...SINGLE].map(lineOf);

/**
 * Reads the request that bytes hold from their beginning to their end. Gives nothing for what is not plain, not yet whole in
 * its head, or followed by more: nothing is refused here, that is for Node's parser and check-head.ts.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  if (bytes[0] !== LETTER_P) return undefined;
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0 || headEnd > BOUNDS.headerBytesMax) return undefined;
  const head = bytes.toString("latin1", 0, headEnd + 2);
  const url = PLAIN_HEAD.exec(head)?.[1];
  if (url === undefined || url.length > BOUNDS.urlBytesMax) return undefined;
  const names = head.toLowerCase();
  const header = (name: string) => joinedValue(head, names, lineOf(name));
  const length = isPlain(names) ? plainLength(header) : undefined;
  const bodyStart = headEnd + HEAD_END.length;
  if (length === undefined || bytes.length > bodyStart + length) return undefined;
  return { url, header, body: bytes.length < bodyStart + length ? undefined : bytes.subarray(bodyStart) };
}

/** How a header begins; its name cannot stand so in a value, which has no line's end. */
function lineOf(name: string): string {
  return `\r\n${name}:`;
}

/** The values of all of one name, as Node joins them. */
function joinedValue(head: string, names: string, line: string): string | undefined {
  let value: string | undefined;
  for (let at = names.indexOf(line); at >= 0; at = names.indexOf(line, at + line.length)) {
    const one = head.slice(at + line.length, head.indexOf("\r\n", at + line.length)).trim();
    value = value === undefined ? one : `${value}, ${one}`;
  }
  return value;
}

function isPlain(names: string): boolean {
  for (const line of OTHERS) if (names.includes(line)) return false;
  for (const line of SINGLES) if (names.indexOf(line) !== names.lastIndexOf(line)) return false;
  return true;
}

const LENGTH = /^\d{1,6}$/;

/** How long the body is, where that is said in the plain way. */
function plainLength(header: PlainRequest["header"]): number | undefined {
  const length = header("content-length") ?? "";
  if (!LENGTH.test(length) || Number(length) > BODY_BYTES_MAX || header("host") === undefined) return undefined;
  const connection = header("connection")?.toLowerCase() ?? "keep-alive";
  return connection === "keep-alive" ? Number(length) : undefined;
}
