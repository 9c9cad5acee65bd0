import { MalformedReply } from "./malformed-reply.ts";

export type ReplyHead = {
  readonly status: number;
  /** Reads a header by its name in lower case; of a doubled one the first. */
  readonly header: (name: string) => string | undefined;
  /** How many bytes the body has, or what ends it. */
  readonly body: number | "chunked" | "until-close";
  /** Whether the connection may serve another request. */
  readonly isKept: boolean;
  /** How long the other side keeps it, where it says so. */
  readonly idleMs: number | undefined;
};

// RFC 9112, 4 and 5, without folded lines: what two readers may read differently is how replies are smuggled.
const HEAD =
  /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const STATUS_AT = "HTTP/1.1 ".length;
const LENGTH = /^\d{1,15}$/;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/;
const TIMEOUT = /(?:^|[,\t ])timeout=(\d{1,6})(?:[,\t ]|$)/;
/** The request must arrive before the other side closes. */
const MARGIN_MS = 1_000;

/** Reads the head of a reply, from its status line to its last header, as Latin-1. Throws `MalformedReply`. */
export function readReplyHead(text: string): ReplyHead {
  if (!HEAD.test(text)) throw new MalformedReply("the head of the reply is malformed");
  const fields = { text, lower: text.toLowerCase() };
  const status = Number(text.slice(STATUS_AT, STATUS_AT + 3));
  if (status === 101) throw new MalformedReply("the upstream changed the protocol");
  const isOld = text.startsWith("HTTP/1.0");
  const body = bodyOf(fields, status, isOld);
  return {
    status,
    header: (name) => firstValueOf(fields, name),
    body,
    isKept: !isOld && body !== "until-close" && !saysClose(fields),
    idleMs: idleMsOf(fields),
  };
}

type Fields = { readonly text: string; readonly lower: string };

function bodyOf(fields: Fields, status: number, isOld: boolean): ReplyHead["body"] {
  const length = soleValueOf(fields, "content-length");
  const coding = soleValueOf(fields, "transfer-encoding");
  if (length !== undefined && !LENGTH.test(length)) throw new MalformedReply("the length of the reply is no number");
  if (coding !== undefined) {
    if (length !== undefined) throw new MalformedReply("the reply has a length and is chunked");
    if (isOld || coding.toLowerCase() !== "chunked") throw new MalformedReply("the reply has an unknown coding");
  }
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) return "chunked";
  return length === undefined ? "until-close" : Number(length);
}

function saysClose(fields: Fields): boolean {
  const at = find(fields, "connection", 0);
  if (at < 0) return false;
  return find(fields, "connection", at) >= 0 || CLOSE.test(valueAt(fields.lower, at));
}

function idleMsOf(fields: Fields): number | undefined {
  const [, seconds] = TIMEOUT.exec(firstValueOf(fields, "keep-alive")?.toLowerCase() ?? "") ?? [];
  return seconds === undefined ? undefined : Math.max(0, Number(seconds) * 1_000 - MARGIN_MS);
}

function firstValueOf(fields: Fields, name: string): string | undefined {
  const at = find(fields, name, 0);
  return at < 0 ? undefined : valueAt(fields.text, at);
}

function soleValueOf(fields: Fields, name: string): string | undefined {
  const at = find(fields, name, 0);
  if (at < 0) return undefined;
  if (find(fields, name, at) >= 0) throw new MalformedReply(`the reply has two headers ${name}`);
  return valueAt(fields.text, at);
}

/** Gives where a header's value begins, or -1. */
function find({ lower }: Fields, name: string, from: number): number {
  const line = `\r\n${name}:`;
  const at = lower.indexOf(line, from);
  return at < 0 ? at : at + line.length;
}

function valueAt(text: string, at: number): string {
  const lineEnd = text.indexOf("\r\n", at);
  let end = lineEnd < 0 ? text.length : lineEnd;
  let start = at;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number) => code === 0x20 || code === 0x09;
