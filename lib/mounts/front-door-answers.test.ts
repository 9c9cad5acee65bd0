import { describe, expect, it } from "vitest";
import { chatBytes, openDoor } from "#tests/support/front-door";
import { openRaw, sayRaw, statusesIn } from "#tests/support/raw-http";

const STREAM = { stream: true, sandbox: { outputTokens: 40 } };
const CLOSE = "connection: close\r\n";

/** Takes a chunked body apart (RFC 9112, 7.1); throws where its frames do not fit. */
function unchunked(body: string): string {
  const size = /^([0-9a-f]+)\r\n/.exec(body);
  if (!size) throw new Error(`not a chunk: ${body.slice(0, 40)}`);
  const [line, digits = ""] = size;
  const length = Number.parseInt(digits, 16);
  const end = line.length + length;
  if (body.slice(end, end + 2) !== "\r\n") throw new Error(`a chunk of ${length} does not end where it says`);
  return length === 0 ? "" : body.slice(line.length, end) + unchunked(body.slice(end + 2));
}

describe("a stream", () => {
  it("is framed in chunks, with one that says where it ends", async () => {
    const { port } = await openDoor();
    const { text } = await sayRaw(port, chatBytes({ body: STREAM, headers: CLOSE }));
    const [head = "", ...body] = text.split("\r\n\r\n");
    expect(head.toLowerCase()).toContain("\r\ntransfer-encoding: chunked");
    const events = unchunked(body.join("\r\n\r\n"));
    expect(events.match(/^data: /gm)?.length).toBeGreaterThan(20);
    expect(events.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("goes unframed to a caller of HTTP/1.0, and ends with its connection", async () => {
    const { port, bench } = await openDoor();
    const { text } = await sayRaw(port, chatBytes({ body: STREAM }).replace("HTTP/1.1", "HTTP/1.0"));
    const [head = "", ...body] = text.split("\r\n\r\n");
    expect(head.toLowerCase()).not.toContain("transfer-encoding");
    expect(body.join("\r\n\r\n").startsWith("data: {")).toBe(true);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    await expect.poll(() => bench.records.map(({ outcome }) => outcome)).toEqual(["completed"]);
  });
});

it("answers to requests sent at once come whole and in their order", async () => {
  const { port, bench } = await openDoor();
  const all = [chatBytes({ body: STREAM }), chatBytes(), chatBytes({ body: STREAM }), chatBytes({ headers: CLOSE })];
  const { text } = await sayRaw(port, all.join(""));
  expect(statusesIn(text)).toEqual([200, 200, 200, 200]);
  const kinds = [...text.matchAll(/content-type: (?:application|text)\/([a-z-]+)/g)].map(([, kind]) => kind);
  expect(kinds).toEqual(["event-stream", "json", "event-stream", "json"]);
  expect(text.match(/data: \[DONE\]/g)).toHaveLength(2);
  expect(text.match(/"object":"chat.completion"/g)).toHaveLength(2);
  await expect.poll(() => bench.records.map(({ outcome }) => outcome)).toEqual(Array(4).fill("completed"));
});

it("bytes beyond ASCII arrive as they were sent", async () => {
  const { url } = await openDoor();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer good-key" },
    body: JSON.stringify({ model: "海港😀", messages: [{ role: "user", content: "hi" }] }),
  });
  expect(await response.json()).toMatchObject({ error: { code: "model_not_found" } });
  const body = { model: "model", messages: [{ role: "user", content: "hi" }], sandbox: { text: "海港 😀" } };
  const told = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer good-key" },
    body: JSON.stringify(body),
  });
  expect(JSON.stringify(await told.json())).toContain("海港 😀");
});

describe("a caller that hangs up", () => {
  it.each([
    ["with half of its body sent", chatBytes().slice(0, -10)],
    ["with nothing of its body sent", `${chatBytes().split("\r\n\r\n")[0]}\r\n\r\n`],
    ["as soon as all is sent", chatBytes({ body: { sandbox: { latencyMs: 2_000 } } })],
  ])("%s is settled", async (_when, bytes) => {
    const { port, bench } = await openDoor();
    const connection = await openRaw(port);
    connection.socket.write(bytes, () => connection.socket.resetAndDestroy());
    await expect
      .poll(() => [...bench.notes, ...bench.records].map(({ errorCode }) => errorCode))
      .toEqual(["caller_left"]);
  });
});
