import { describe, expect, it } from "vitest";
import { chatBytes, openDoor } from "#tests/support/front-door";
import { openRaw, sayRaw, statusesIn } from "#tests/support/raw-http";

const head = (target: string, headers = "") => `GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;
const CLOSE = "connection: close\r\n";

describe("what is no request of HTTP is answered in JSON and the connection ends", () => {
  const said: readonly (readonly [string, number, string])[] = [
    ["nonsense", 400, "hello\r\n\r\n"],
    ["a bare line feed", 400, "GET /healthz HTTP/1.1\nhost: x\n\n"],
    ["a folded header", 400, head("/healthz", "a: b\r\n c\r\n")],
    ["length and chunks at once", 400, chatBytes({ headers: "transfer-encoding: chunked\r\n" })],
    ["two lengths", 400, chatBytes({ headers: "content-length: 3\r\n" })],
    ["a length that is none", 400, "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 1x\r\n\r\n{}"],
    ["a NUL in a header", 400, head("/healthz", "a: b\0c\r\n")],
    ["a space in a header's name", 400, head("/healthz", "a b: c\r\n")],
    ["an unknown method", 400, "JUMP /healthz HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["no host", 400, "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n"],
    ["two hosts", 400, head("/healthz", `host: y\r\n${CLOSE}`)],
    ["two authorizations", 400, chatBytes({ headers: `Authorization: Bearer other\r\n${CLOSE}` })],
    ["an absolute address", 400, head("http://127.0.0.1:1/healthz", CLOSE)],
    ["an absolute address that is none", 400, head("http://", CLOSE)],
    ["two slashes first", 400, head("//healthz", CLOSE)],
    ["dots", 400, head("/v1/models/../../healthz", CLOSE)],
    ["encoded dots", 400, head("/v1/%2e%2E/healthz", CLOSE)],
    ["a backslash", 400, head("/v1\\models", CLOSE)],
    ["an asterisk", 400, "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
    ["a long address", 414, head(`/v1/models?a=${"a".repeat(9_000)}`, CLOSE)],
    ["large headers", 431, head("/healthz", `a: ${"a".repeat(17_000)}\r\n`)],
    ["many headers", 431, head("/healthz", `${"a: b\r\n".repeat(2_000)}${CLOSE}`)],
    ["TRACE", 405, `TRACE /healthz HTTP/1.1\r\nhost: x\r\n${CLOSE}\r\n`],
    ["CONNECT", 405, "CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["an upgrade", 426, head("/v1/realtime", "connection: upgrade\r\nupgrade: websocket\r\n")],
    ["another expectation", 417, chatBytes({ headers: `expect: magic\r\n${CLOSE}` })],
  ];
  it.each(said)("%s: %d", async (_what, status, bytes) => {
    const { port } = await openDoor();
    const { text } = await sayRaw(port, bytes);
    const [answerHead = "", body = ""] = text.split("\r\n\r\n");
    expect(statusesIn(text)).toEqual([status]);
    expect(answerHead.toLowerCase()).toMatch(/\r\nx-request-id: [0-9a-f-]{36}/);
    expect(answerHead.toLowerCase()).toContain("\r\nconnection: close");
    expect(Object.keys(JSON.parse(body).error)).toEqual(["message", "type", "param", "code"]);
  });

  it("an offer of another protocol is ignored, as curl makes it", async () => {
    const { port } = await openDoor();
    const { text } = await sayRaw(port, head("/healthz", `connection: upgrade, close\r\nupgrade: h2c\r\n`));
    expect(statusesIn(text)).toEqual([200]);
  });
});

describe("a body that nobody wants", () => {
  it("413: what says that it is too long is refused before it is read, and the answer arrives while it is being sent", async () => {
    const { port } = await openDoor();
    const connection = await openRaw(port);
    connection.socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good-key\r\ncontent-length: ${2 ** 40}\r\n\r\n`,
    );
    for (let part = 0; part < 20; part++) connection.socket.write(Buffer.alloc(1_000, 0x20));
    const { text } = await connection.closed();
    expect(statusesIn(text)).toEqual([413]);
    expect(text).toContain('"code":"body_too_large"');
  });

  it("401: a wrong key is told so with its body still on the way, and the connection is not reset under the answer", async () => {
    const { port } = await openDoor();
    const connection = await openRaw(port);
    connection.socket.write(chatBytes({ key: "bad" }).replace(/content-length: \d+/, "content-length: 60000"));
    const { text } = await connection.until((got) => got.includes("invalid_api_key"));
    expect(statusesIn(text)).toEqual([401]);
    connection.socket.write(Buffer.alloc(50_000, 0x20));
    expect((await connection.closed()).error).toBeUndefined();
  });

  it("no request that follows such a body is taken for one", async () => {
    const { port, bench } = await openDoor();
    const smuggled = chatBytes();
    const first = chatBytes({ key: "bad" }).replace(/content-length: \d+/, "content-length: 100");
    const connection = await openRaw(port);
    connection.socket.write(first);
    await connection.until((got) => got.includes("invalid_api_key"));
    connection.socket.write(smuggled + smuggled);
    expect(statusesIn((await connection.closed()).text)).toEqual([401]);
    expect(bench.admitted).toHaveLength(0);
  });

  it("408: a body that drips is cut, one that moves is not", async () => {
    const { port } = await openDoor({ settings: { BODY_TIMEOUT_MS: "600" } });
    const full = chatBytes({ body: { pad: "x".repeat(20_000) } });
    const start = full.length - 19_000;
    const dripping = await openRaw(port);
    const moving = await openRaw(port);
    for (const connection of [dripping, moving]) connection.socket.write(full.slice(0, start));
    let at = start;
    const timer = setInterval(() => {
      dripping.socket.write("x");
      moving.socket.write(full.slice(at, at + 1_000));
      at += 1_000;
    }, 100);
    const [cut, done] = await Promise.all([dripping.closed(), moving.until((got) => got.includes("HTTP/1.1"))]);
    clearInterval(timer);
    expect(statusesIn(cut.text)).toEqual([408]);
    expect(statusesIn(done.text)).toEqual([200]);
    moving.socket.destroy();
  });

  it("408: headers that never end", async () => {
    const { port } = await openDoor({ settings: { HEADERS_TIMEOUT_MS: "300" } });
    const connection = await openRaw(port);
    connection.socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
    const timer = setInterval(() => connection.socket.write("a: b\r\n"), 50);
    const { text } = await connection.closed();
    clearInterval(timer);
    expect(statusesIn(text)).toEqual([408]);
    expect(text).toContain('"code":"request_timeout"');
  });

  it("a connection that never says anything is closed without a word", async () => {
    const { port } = await openDoor({ settings: { HEADERS_TIMEOUT_MS: "300" } });
    const connection = await openRaw(port);
    expect((await connection.closed()).text).toBe("");
  });
});

describe("expect: 100-continue", () => {
  const asking = (key: string) => {
    const [first = "", body = ""] = chatBytes({ key, headers: "expect: 100-continue\r\n" }).split("\r\n\r\n");
    return { first: `${first}\r\n\r\n`, body };
  };

  it("100 is said when the body is about to be read", async () => {
    const { port } = await openDoor();
    const { first, body } = asking("good-key");
    const connection = await openRaw(port);
    connection.socket.write(first);
    await connection.until((got) => got.includes("100 Continue"));
    connection.socket.write(body);
    const { text } = await connection.until((got) => got.includes("chat.completion"));
    expect(statusesIn(text)).toEqual([100, 200]);
    connection.socket.destroy();
  });

  it("what is refused anyway hears only that", async () => {
    const { port } = await openDoor();
    const connection = await openRaw(port);
    connection.socket.write(asking("bad").first);
    expect(statusesIn((await connection.closed()).text)).toEqual([401]);
  });
});

describe("connections", () => {
  it("one address has no more of them than it may, and gets new ones when it gives some back", async () => {
    const { port } = await openDoor({ settings: { MAX_CONNECTIONS_PER_ADDRESS: "3" } });
    const held = await Promise.all([1, 2, 3].map(() => openRaw(port)));
    expect((await (await openRaw(port)).closed()).text).toBe("");
    held[0]?.socket.destroy();
    await held[0]?.closed();
    expect(statusesIn((await sayRaw(port, head("/healthz", CLOSE))).text)).toEqual([200]);
    for (const { socket } of held) socket.destroy();
  });

  it("all together are no more than they may be", async () => {
    const { port } = await openDoor({ settings: { MAX_CONNECTIONS: "2" } });
    const held = await Promise.all([1, 2].map(() => openRaw(port)));
    const { text, isClosed } = await (await openRaw(port)).closed();
    expect({ text, isClosed }).toEqual({ text: "", isClosed: true });
    for (const { socket } of held) socket.destroy();
  });

  it("proxies that we trust count in the total only", async () => {
    const { port } = await openDoor({
      settings: { MAX_CONNECTIONS_PER_ADDRESS: "1", TRUSTED_PROXIES: "127.0.0.1" },
    });
    const held = await openRaw(port);
    expect(statusesIn((await sayRaw(port, head("/healthz", CLOSE))).text)).toEqual([200]);
    held.socket.destroy();
  });
});

describe("a caller that reads slowly", () => {
  const stream = { stream: true, sandbox: { outputTokens: 400_000 } };

  it("is cut when it takes nothing for too long, and settled", async () => {
    const { port, bench } = await openDoor({ settings: { READER_TIMEOUT_MS: "200" } });
    const connection = await openRaw(port);
    connection.socket.write(chatBytes({ body: stream }));
    await connection.until((got) => got.includes("data:"));
    connection.socket.pause();
    await expect.poll(() => bench.records.length, { timeout: 4_000 }).toBe(1);
    expect(bench.records[0]).toMatchObject({ outcome: "cancelled", status: 499 });
    connection.socket.destroy();
  });

  it("is not cut while it is the upstream that is slow", async () => {
    const { port, bench } = await openDoor({ settings: { READER_TIMEOUT_MS: "100" } });
    const connection = await openRaw(port);
    const slow = { stream: true, sandbox: { outputTokens: 4, tokensPerSecond: 4 } };
    connection.socket.write(chatBytes({ body: slow }));
    await connection.until((got) => got.includes("[DONE]"));
    connection.socket.destroy();
    expect(bench.records[0]).toMatchObject({ outcome: "completed" });
  });
});
