import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReplyReader, type ReplyReader } from "./reply-reader.ts";

const RUNS = { numRuns: 1_000 };

type Seen = { heads: string[]; data: string; end: string };

function drain(reader: ReplyReader, seen: Seen): void {
  for (let event = reader.next(); event.kind !== "more"; event = reader.next()) {
    if (event.kind === "head") seen.heads.push(`${event.head.status} ${event.head.body} ${event.head.header("x-a")}`);
    else if (event.kind === "data") seen.data += event.data.toString("latin1");
    else {
      seen.end = event.isKept ? "kept" : "not kept";
      return;
    }
  }
}

/** Reads a reply that comes in pieces of these sizes, each through the same buffer. */
function read(bytes: Buffer, sizes: readonly number[], isHeld = false): Seen {
  const seen: Seen = { heads: [], data: "", end: "none" };
  const reader = createReplyReader();
  const scratch = Buffer.alloc(bytes.length);
  try {
    for (let at = 0, nth = 0; at < bytes.length && seen.end === "none"; nth++) {
      const size = bytes.copy(scratch, 0, at, at + (sizes[nth % sizes.length] ?? 1));
      at += size;
      reader.push(scratch.subarray(0, size));
      if (!isHeld) drain(reader, seen);
      reader.keep();
      scratch.fill("#");
    }
    if (seen.end === "none") reader.close();
    if (seen.end === "none") drain(reader, seen);
  } catch (thrown) {
    seen.end = String(thrown);
  }
  return seen;
}

const bodies = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const chunkOf = (text: string) => `${text.length.toString(16)};x=y\r\n${text}\r\n`;
const interims = fc.constantFrom("", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early\r\nx-a: 9\r\n\r\n");

const framed = fc.oneof(
  bodies.map((body) => ({ body, wire: `content-length: ${body.length}\r\n\r\n${body}`, end: "kept" })),
  fc.array(bodies.filter((text) => text !== "")).map((pieces) => ({
    body: pieces.join(""),
    wire: `transfer-encoding: chunked\r\n\r\n${pieces.map(chunkOf).join("")}0\r\nx-t: 1\r\n\r\n`,
    end: "kept",
  })),
  bodies.map((body) => ({ body, wire: `\r\n${body}`, end: "not kept" })),
);
const replies = fc.record({ interim: interims, framed }).map(({ interim, framed: { body, wire, end } }) => ({
  bytes: Buffer.from(`${interim}HTTP/1.1 200 OK\r\nX-A: 1\r\n${wire}`, "latin1"),
  body,
  end,
}));
const splits = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 });

describe("a reply", () => {
  test("says the same however its bytes are split", () => {
    fc.assert(
      fc.property(replies, splits, ({ bytes, body, end }, sizes) => {
        const seen = read(bytes, sizes);
        expect(seen).toMatchObject({ data: body, end });
        expect(seen.heads).toEqual([expect.stringMatching(/^200 .+ 1$/)]);
        expect(seen).toEqual(read(bytes, [bytes.length]));
      }),
      RUNS,
    );
  });

  test("that nobody listened to while it came says the same afterwards", () => {
    fc.assert(
      fc.property(replies, splits, ({ bytes, body }, sizes) => {
        expect(read(bytes, sizes, true)).toMatchObject({ data: body });
      }),
      RUNS,
    );
  });

  test("that is cut anywhere never passes for a whole one", () => {
    fc.assert(
      fc.property(replies, splits, fc.nat(), ({ bytes, end }, sizes, cut) => {
        const seen = read(bytes.subarray(0, cut % bytes.length), sizes);
        if (end === "kept") expect(seen.end).toContain("MalformedReply");
      }),
      RUNS,
    );
  });

  test("with something behind it gives up its connection", () => {
    fc.assert(
      fc.property(
        replies,
        bodies.filter((text) => text !== ""),
        ({ bytes, body, end }, extra) => {
          if (end !== "kept") return;
          const all = Buffer.concat([bytes, Buffer.from(extra, "latin1")]);
          expect(read(all, [all.length])).toMatchObject({ data: body, end: "not kept" });
        },
      ),
      RUNS,
    );
  });

  test("of any bytes at all is told or refused, alike for every split", () => {
    const noise = fc.array(
      fc.constantFrom(
        "HTTP/1.1 200 OK",
        "\r\n",
        "\n",
        "a: b",
        "0",
        "5",
        "\0",
        "transfer-encoding: chunked",
        "content-length: 3",
        "\r\n\r\n",
        "xyz",
      ),
    );
    fc.assert(
      fc.property(noise, splits, (parts, sizes) => {
        const bytes = Buffer.from(parts.join(""), "latin1");
        const [split, whole] = [read(bytes, sizes), read(bytes, [Math.max(1, bytes.length)])];
        expect(split.heads).toEqual(whole.heads);
        expect(split.end.startsWith("Malformed")).toBe(whole.end.startsWith("Malformed"));
      }),
      RUNS,
    );
  });
});
