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
const OTHERS: ReadonlySet<string> = new Set(["transfer-encoding", "expect", "upgrade", "te", "trailer"]);
const NONE: readonly string[] = [];
/** Those that are looked for, by the number of their characters: most headers are told apart by that alone. */
const MEANT = Map.groupBy(new Set([...OTHERS, ...SINGLE]), ({ length }) => length);

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
  const lines = linesOf(head);
  const header = (name: string) => valueIn(lines, name);
  const length = isPlain(lines) ? plainLength(header) : undefined;
  const bodyStart = headEnd + HEAD_END.length;
  if (length === undefined || bytes.length > bodyStart + length) return undefined;
  return { url, header, body: bytes.length < bodyStart + length ? undefined : bytes.subarray(bodyStart) };
}

/** The header lines of a head, which stay in it: where each begins and where its colon stands, one after the other. */
type Lines = { readonly head: string; readonly lower: string; readonly places: readonly number[] };

function linesOf(head: string): Lines {
  const places: number[] = [];
  for (let at = head.indexOf("\n") + 1; at < head.length; at = head.indexOf("\n", at) + 1)
    places.push(at, head.indexOf(":", at));
  return { head, lower: head.toLowerCase(), places };
}

/** The values of all of one name, as Node joins them. */
function valueIn({ head, lower, places }: Lines, name: string): string | undefined {
  let value: string | undefined;
  for (let place = 0; place < places.length; place += 2) {
    const start = places[place] ?? 0;
    const colon = places[place + 1] ?? 0;
    if (colon - start !== name.length || !lower.startsWith(name, start)) continue;
    const one = head.slice(colon + 1, head.indexOf("\r", colon)).trim();
    value = value === undefined ? one : `${value}, ${one}`;
  }
  return value;
}

/** False where a header stands that makes more of a request, or one twice of those that have one meaning each. */
function isPlain({ lower, places }: Lines): boolean {
  const seen: string[] = [];
  for (let place = 0; place < places.length; place += 2) {
    const start = places[place] ?? 0;
    const colon = places[place + 1] ?? 0;
    const name = meantAt(lower, start, colon);
    if (name === undefined) continue;
    if (OTHERS.has(name) || seen.includes(name)) return false;
    seen.push(name);
  }
  return true;
}

function meantAt(lower: string, start: number, colon: number): string | undefined {
  for (const name of MEANT.get(colon - start) ?? NONE) if (lower.startsWith(name, start)) return name;
  return undefined;
}

const LENGTH = /^\d{1,6}$/;

/** How long the body is, where that is said in the plain way. */
function plainLength(header: PlainRequest["header"]): number | undefined {
  const length = header("content-length") ?? "";
  if (!LENGTH.test(length) || Number(length) > BODY_BYTES_MAX || header("host") === undefined) return undefined;
  const connection = header("connection")?.toLowerCase() ?? "keep-alive";
  return connection === "keep-alive" ? Number(length) : undefined;
}
