import { describe, expect, it } from "vitest";
import { createChunkDecoder } from "./chunks.ts";
import { MalformedReply } from "./malformed-reply.ts";

function decode(text: string, step = text.length) {
  const decoder = createChunkDecoder();
  let data = "";
  let used = 0;
  for (let at = 0; at < text.length && !decoder.isOver(); at += step) {
    const bytes = Buffer.from(text.slice(at, at + step), "latin1");
    used += decoder.read(bytes, (piece) => {
      data += piece.toString("latin1");
    });
  }
  return { data, used, isOver: decoder.isOver() };
}

describe("a chunked body", () => {
  it.each([
    ["0\r\n\r\n", ""],
    ["5\r\nhello\r\n0\r\n\r\n", "hello"],
    ["005\r\nhello\r\n000\r\n\r\n", "hello"],
    ["A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a"],
    ['5;name=value;other="a b"\r\nhello\r\n0;last\r\n\r\n', "hello"],
    ["5;\r\n\r\n\r\nx\r\n0\r\n\r\n", "\r\n\r\nx"],
    ["1\r\na\r\n0\r\nx-sum: 1\r\ny:\r\n\r\n", "a"],
  ])("%j is read, at once and byte by byte", (text, data) => {
    const whole = { data, used: text.length, isOver: true };
    expect(decode(text)).toEqual(whole);
    expect(decode(text, 1)).toEqual(whole);
  });

  it("ends where it ends: what follows is not its own", () => {
    expect(decode("1\r\na\r\n0\r\n\r\nHTTP/1.1")).toEqual({ data: "a", used: 11, isOver: true });
  });

  it.each(["", "5", "5\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n0\r\n", "0\r\nx: y\r\n"])(
    "cut to %j is not over",
    (text) => expect(decode(text).isOver).toBe(false),
  );

  it.each([
    "\r\n",
    "g\r\n",
    "0x5\r\nhello\r\n",
    "-5\r\nhello\r\n",
    "+5\r\nhello\r\n",
    " 5\r\nhello\r\n",
    "5 \r\nhello\r\n",
    "5\t;x\r\nhello\r\n",
    "5\nhello\r\n",
    "5\rhello\r\n",
    "5\r\r\nhello\r\n",
    ";x\r\nhello\r\n",
    "5;a\nb\r\nhello\r\n",
    "5;a\0\r\nhello\r\n",
    "5;a\rb\r\nhello\r\n",
    "5\r\nhello0\r\n\r\n",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhello\r0\r\n\r\n",
    "5\r\nhello\r\n\r\n",
    "0\r\n\n",
    "0\r\n\r\r\n",
    "0\r\n folded: 1\r\n\r\n",
    "0\r\nx: 1\n\r\n",
    "0\r\nx: \0\r\n\r\n",
    "1000000000000\r\n",
    "ffffffffffffffffffff\r\n",
    "0000000000000\r\n",
  ])("%j is refused, at once and byte by byte", (text) => {
    expect(() => decode(text)).toThrow(MalformedReply);
    expect(() => decode(text, 1)).toThrow(MalformedReply);
  });

  it("has a bound on what nobody reads: extensions and trailers, all together", () => {
    const chunk = `1;${"x".repeat(1_000)}\r\na\r\n`;
    expect(decode(chunk.repeat(16)).data).toBe("a".repeat(16));
    expect(() => decode(chunk.repeat(17))).toThrow(MalformedReply);
    expect(() => decode(`0\r\n${"x: y\r\n".repeat(4_200)}`)).toThrow(MalformedReply);
  });
});
