import { expect, it } from "vitest";
import { BOUNDS } from "#lib/gateway/bounds";
import { edgeChat, requestBytes, requestHead } from "#tests/support/edge-chat";
import { statusesIn } from "#tests/support/raw-http";
import { attackSocket, expectUnharmed, sayAsAttacker, underAttack } from "#tests/support/under-attack";

const LIMIT = BOUNDS.requestBytesMax;
/** What the kernel may hold on both sides when the refusal is written: Linux lets a receiver have up to 32 MB. */
const SLACK = 48 * 1024 * 1024;

const headOf = (headers: string) =>
  edgeChat()
    .slice(0, edgeChat().indexOf("\r\n\r\n"))
    .replace(/content-length: \d+/, headers);

const CHUNK = "x".repeat(64 * 1024);
const FRAME = Buffer.from(`${CHUNK.length.toString(16)}\r\n${CHUNK}\r\n`);

/** Sends a body in chunks, so many bytes of it, and tells how much was taken before the gateway had enough. */
async function sendChunks(totalBytes: number) {
  const connection = await attackSocket();
  const { socket } = connection;
  socket.write(`${headOf("transfer-encoding: chunked")}\r\n\r\n`);
  let sent = 0;
  const pour = () => {
    while (!socket.destroyed && sent < totalBytes) {
      sent += CHUNK.length;
      if (!socket.write(FRAME)) break;
    }
  };
  socket.on("drain", pour);
  pour();
  const { text } = await connection.closed();
  return { statuses: statusesIn(text), taken: socket.bytesWritten };
}

it("C4: a body that is too large, says so or not, is refused before it is held, and compressed ones are not read", async () => {
  const report = await underAttack(async () => {
    const announced = await sayAsAttacker(`${headOf(`content-length: ${LIMIT + 1}`)}\r\n\r\n{`);
    expect(statusesIn(announced.text)).toEqual([413]);
    const unannounced = await sendChunks(LIMIT + 1);
    expect(unannounced.statuses).toEqual([413]);
    // Who pours on is cut, and may lose the answer with it.
    const endless = await sendChunks(4 * LIMIT);
    expect([[], [413]]).toContainEqual(endless.statuses);
    expect(endless.taken).toBeLessThan(LIMIT + SLACK);
    const compressed = await sayAsAttacker(edgeChat({ headers: "content-encoding: gzip\r\nconnection: close\r\n" }));
    expect(statusesIn(compressed.text)).toEqual([415]);
    const unknown = await sayAsAttacker(edgeChat({ key: "sk-sy-live-wrong", headers: "connection: close\r\n" }));
    expect([[401], [429]]).toContainEqual(statusesIn(unknown.text));
  });
  expectUnharmed(report);
});

const messages = (content: string) => `{"model":"model","messages":[{"role":"user","content":${content}}]`;

/** Bodies that have broken parsers, and the answers that are right for them. */
const HOSTILE: readonly (readonly [string, string, readonly number[]])[] = [
  ["200,000 arrays in each other", `${messages('"x"')},"deep":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, [400]],
  [
    "200,000 objects in each other",
    `${messages('"x"')},"deep":${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}}`,
    [400],
  ],
  ["arrays that never end", "[".repeat(1_000_000), [400]],
  [
    "a million members",
    `${messages('"x"')},${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":1`).join(",")}}`,
    [400],
  ],
  ["a million numbers", `${messages('"x"')},"wide":[${"1,".repeat(999_999)}1]}`, [400]],
  ["a string of thirty megabytes", `${messages(`"${"x".repeat(30_000_000)}"`)}}`, [200]],
  ["a number of a hundred thousand digits", `${messages('"x"')},"seed":${"9".repeat(100_000)}}`, [200, 400]],
  ["a number beyond every double", `${messages('"x"')},"temperature":1e99999}`, [200, 400]],
  ["the same member twice", `${messages('"x"')},"model":"other","model":"model"}`, [400]],
  [
    "__proto__ and constructor",
    `${messages('"x"')},"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}`,
    [200],
  ],
  ["nothing", "", [400]],
  ["no object", '"model"', [400]],
  ["half an object", messages('"x"'), [400]],
];

it("C5: bodies that are deep, wide, long or contradictory are refused or answered, and hold nobody up", async () => {
  const report = await underAttack(async () => {
    for (const [title, body, right] of HOSTILE) {
      const { text } = await sayAsAttacker(requestBytes(body, { headers: "connection: close\r\n" }));
      expect({ title, statuses: statusesIn(text).filter((status) => !right.includes(status)) }).toEqual({
        title,
        statuses: [],
      });
      expect({ title, isAnswered: statusesIn(text).length }).toEqual({ title, isAnswered: 1 });
    }
  });
  expectUnharmed(report);
  expect(Reflect.get({}, "isAdmin")).toBeUndefined();
});

const BAD_TEXTS: readonly (readonly [string, Buffer, readonly number[]])[] = [
  [
    "bytes that are no UTF-8",
    Buffer.concat([Buffer.from('"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"')]),
    [400],
  ],
  ["a sequence that is cut", Buffer.concat([Buffer.from('"'), Buffer.from([0xe4, 0xbd]), Buffer.from('"')]), [400]],
  ["half of a surrogate pair", Buffer.from('"\\ud800"'), [200]],
  ["NUL, which PostgreSQL does not store", Buffer.from('"a\\u0000b"'), [200]],
  ["text that turns around", Buffer.from('"\u202egnp.exe\u2066"'), [200]],
];

it("C6: text that is no text is refused, odd text is carried, and what is stored of it is stored", async () => {
  const report = await underAttack(async () => {
    for (const [title, content, right] of BAD_TEXTS) {
      const [before = "", after = ""] = messages("\u0001").split("\u0001");
      const body = Buffer.concat([Buffer.from(before), content, Buffer.from(`${after}}`)]);
      const head = requestHead(body.length, { headers: "connection: close\r\n" });
      const { text } = await sayAsAttacker(Buffer.concat([Buffer.from(head), body]));
      expect({ title, statuses: statusesIn(text) }).toEqual({ title, statuses: [...right] });
    }
    for (const model of ["mo\\u0000del", "\\ud800", "\u202emodel"]) {
      const body = `${messages('"x"').replace('"model":"model"', `"model":"${model}"`)}}`;
      const { text } = await sayAsAttacker(requestBytes(body, { headers: "connection: close\r\n" }));
      expect(statusesIn(text).filter((status) => status >= 500)).toEqual([]);
      expect(statusesIn(text)).toHaveLength(1);
    }
  });
  expectUnharmed(report);
});
