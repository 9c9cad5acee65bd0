import { describe, expect, it } from "vitest";
import { MalformedReply } from "./malformed-reply.ts";
import { readReplyHead } from "./reply-head.ts";

const head = (...lines: string[]) => readReplyHead(["HTTP/1.1 200 OK", ...lines].join("\r\n"));

describe("the status line", () => {
  it.each([
    ["HTTP/1.1 200 OK", 200],
    ["HTTP/1.0 404 Not Found", 404],
    ["HTTP/1.1 204 ", 204],
    ["HTTP/1.1 500", 500],
    ["HTTP/1.1 103 Early Hints", 103],
    ["HTTP/1.1 200 d\xe9j\xe0\tvu", 200],
  ])("%j is read", (text, status) => expect(readReplyHead(text).status).toBe(status));

  it.each([
    "",
    "HTTP/1.1",
    "HTTP/2 200 OK",
    "HTTP/1.2 200 OK",
    "http/1.1 200 OK",
    "HTTP/1.1  200 OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1 099 OK",
    "HTTP/1.1 +20 OK",
    "HTTP/1.1\t200 OK",
    " HTTP/1.1 200 OK",
    "\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 200 O\0K",
    "HTTP/1.1 200 O\nK",
    "HTTP/1.1 200 O\rK",
    "ICY 200 OK",
    "HTTP/1.1 101 Switching Protocols",
  ])("%j is refused", (text) => expect(() => readReplyHead(text)).toThrow(MalformedReply));
});

describe("headers", () => {
  it("are found by their names in any case, without the blanks around them", () => {
    const { header } = head("Content-Type: text/plain", "X-EMPTY:", "x-wide: \t a b \t", "x:y:z", "x-latin: \xa0\xe9");
    expect(["content-type", "x-empty", "x-wide", "x", "x-latin", "none", "type"].map(header)).toEqual([
      "text/plain",
      "",
      "a b",
      "y:z",
      "\xa0\xe9",
      undefined,
      undefined,
    ]);
  });

  it("of which there are two give the first", () => {
    expect(head("X-Id: One", "x-id: Two").header("x-id")).toBe("One");
  });

  it.each([
    "no-colon",
    ": no name",
    "blank : before colon",
    " folded: line",
    "x: a\r\n folded",
    "x: a\r\n\tfolded",
    "x: a\nb: c",
    "x: a\rb: c",
    "x: a\0b",
    "x: a\x7fb",
    "x: a\x1bb",
    "x(y): a",
    "\xe9: a",
    "x: a\r\n",
    "x: a\r\n\r\ny: b",
  ])("%j are refused", (lines) => expect(() => head(lines)).toThrow(MalformedReply));

  it("that are long are read as quickly as they come", () => {
    const long = head(`x: ${"a".repeat(64_000)}`, ...Array.from({ length: 1_000 }, (_, at) => `x-${at}: 1`));
    expect(long.header("x-999")).toBe("1");
  });
});

describe("the length of the body", () => {
  it.each([
    [["content-length: 0"], 0],
    [["Content-Length:  12 "], 12],
    [["transfer-encoding: chunked"], "chunked"],
    [["Transfer-Encoding: Chunked"], "chunked"],
    [[], "until-close"],
  ] as const)("of %j is %s", (lines, body) => expect(head(...lines).body).toBe(body));

  it.each([
    [["content-length: 1", "content-length: 1"]],
    [["content-length: 1", "Content-Length: 2"]],
    [["content-length: 1, 1"]],
    [["content-length: -1"]],
    [["content-length: +1"]],
    [["content-length: 0x1"]],
    [["content-length: 1 1"]],
    [["content-length: 1.0"]],
    [["content-length:"]],
    [["content-length: 9999999999999999"]],
    [["content-length: 1", "transfer-encoding: chunked"]],
    [["transfer-encoding: chunked", "transfer-encoding: chunked"]],
    [["transfer-encoding: gzip, chunked"]],
    [["transfer-encoding: chunked, chunked"]],
    [["transfer-encoding: identity"]],
    [["transfer-encoding: xchunked"]],
    [["transfer-encoding: chunked;q=1"]],
    [["transfer-encoding:"]],
  ])("of %j is refused", (lines) => expect(() => head(...lines)).toThrow(MalformedReply));

  it("is not told by chunks in HTTP/1.0", () => {
    expect(() => readReplyHead("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked")).toThrow(MalformedReply);
  });

  it.each([100, 103, 204, 304])("of %i is nothing, whatever it says", (status) => {
    expect(readReplyHead(`HTTP/1.1 ${status} A\r\ncontent-length: 5`).body).toBe(0);
  });
});

describe("the connection", () => {
  const one = "content-length: 1";
  it.each([
    [[one], true],
    [[one, "connection: keep-alive"], true],
    [[one, "connection: closed"], true],
    [[one, "connection: close"], false],
    [[one, "Connection: Keep-Alive, CLOSE"], false],
    [[one, "connection: x ,close, y"], false],
    [[one, "connection: keep-alive", "connection: close"], false],
    [["transfer-encoding: chunked"], true],
    [[], false],
    [["connection: keep-alive"], false],
  ])("of %j is kept: %s", (lines, isKept) => expect(head(...lines).isKept).toBe(isKept));

  it("is not kept in HTTP/1.0", () => {
    expect(readReplyHead("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1").isKept).toBe(false);
  });

  it.each([
    ["timeout=5", 4_000],
    ["timeout=5, max=100", 4_000],
    ["max=100, Timeout=60", 59_000],
    ["timeout=0", 0],
    ["max=100", undefined],
    ["timeout=-5", undefined],
    ["xtimeout=5", undefined],
  ])("is kept for a second less than it says: %s", (value, idleMs) => {
    expect(head(one, `keep-alive: ${value}`).idleMs).toBe(idleMs);
  });
});
