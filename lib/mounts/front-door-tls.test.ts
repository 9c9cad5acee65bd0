import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from "node:http2";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type SecureVersion, type TLSSocket } from "node:tls";
import { afterEach, expect, it } from "vitest";
import { chatBytes, openTestDoor } from "#tests/support/front-door";
import { selfSigned } from "#tests/support/self-signed";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-tls-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const files = { TLS_CERT_FILE: join(folder, "cert.pem"), TLS_KEY_FILE: join(folder, "key.pem") };
  const put = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(files.TLS_CERT_FILE, cert);
    writeFileSync(files.TLS_KEY_FILE, key);
  };
  const pair = selfSigned("first");
  put(pair);
  const door = await openTestDoor({ settings: { ...files, ...settings } });
  closing.push(door.close);
  return { ...door, files, put, ca: pair.cert };
}

type Opened = Awaited<ReturnType<typeof open>>;

function session({ port, ca }: Opened): ClientHttp2Session {
  const made = connectHttp2(`https://localhost:${port}`, { ca });
  closing.push(() => made.destroy());
  return made;
}

type Asked = { readonly path?: string; readonly method?: string; readonly body?: string; readonly key?: string };
type Answer = { readonly headers: IncomingHttpHeaders; readonly text: string };

function ask(over: ClientHttp2Session, { path = "/v1/chat/completions", method = "POST", body, key }: Asked) {
  return new Promise<Answer>((resolve, reject) => {
    const stream = over.request({
      ":path": path,
      ":method": method,
      authorization: `Bearer ${key ?? "good-key"}`,
    });
    let headers: IncomingHttpHeaders = {};
    let text = "";
    stream.setEncoding("utf8");
    stream.on("response", (got) => {
      headers = got;
    });
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("error", reject);
    stream.on("close", () => resolve({ headers, text }));
    stream.end(body);
  });
}

const chat = (body: object = {}) =>
  JSON.stringify({ model: "model", messages: [{ role: "user", content: "hi" }], ...body });

function certificateNow(port: number, maxVersion: SecureVersion = "TLSv1.3"): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connectTls({ port, rejectUnauthorized: false, maxVersion }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

it("HTTP/2: answers, streams, heads and refusals arrive, and each call is settled once", async () => {
  const door = await open();
  const over = session(door);
  const [plain, stream, models, head, wrong] = await Promise.all([
    ask(over, { body: chat() }),
    ask(over, { body: chat({ stream: true }) }),
    ask(over, { path: "/v1/models", method: "GET" }),
    ask(over, { path: "/v1/models", method: "HEAD" }),
    ask(over, { body: chat(), key: "bad" }),
  ]);
  expect([plain, stream, models, head, wrong].map(({ headers }) => headers[":status"])).toEqual([
    200, 200, 200, 200, 401,
  ]);
  expect(JSON.parse(plain.text).object).toBe("chat.completion");
  expect(stream.text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(head.text).toBe("");
  expect(JSON.parse(wrong.text).error.code).toBe("invalid_api_key");
  expect(plain.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  await expect.poll(() => door.bench.records.map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
  expect(door.bench.notes).toHaveLength(3);
});

it("HTTP/1.1 is spoken over the same port to who asks for it", async () => {
  const door = await open();
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connectTls({ port: door.port, ca: door.ca, servername: "localhost" }, () =>
      socket.write(chatBytes({ headers: "connection: close\r\n" })),
    );
    let got = "";
    socket.on("data", (chunk) => {
      got += chunk;
    });
    socket.on("end", () => resolve(got));
    socket.on("error", reject);
  });
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

it("HTTP/2: hanging up a stream stops its upstream and settles it, the connection stays", async () => {
  const door = await open();
  const over = session(door);
  const stream = over.request({ ":path": "/v1/chat/completions", ":method": "POST", authorization: "Bearer good-key" });
  stream.end(chat({ stream: true, sandbox: { outputTokens: 1_000, tokensPerSecond: 50 } }));
  await new Promise((resolve) => stream.once("data", resolve));
  stream.close(constants.NGHTTP2_CANCEL);
  await expect.poll(() => door.bench.records.map(({ outcome }) => outcome)).toEqual(["cancelled"]);
  expect((await ask(over, { body: chat() })).headers[":status"]).toBe(200);
});

it("HTTP/2: a stream that takes nothing for too long is cut and settled, its neighbours are not", async () => {
  const door = await open({ READER_TIMEOUT_MS: "200" });
  const over = session(door);
  const stream = over.request({ ":path": "/v1/chat/completions", ":method": "POST", authorization: "Bearer good-key" });
  stream.on("error", () => undefined);
  stream.end(chat({ stream: true, sandbox: { outputTokens: 400_000 } }));
  await new Promise((resolve) => stream.once("response", resolve));
  await expect.poll(() => door.bench.records.map(({ outcome }) => outcome), { timeout: 4_000 }).toEqual(["cancelled"]);
  expect((await ask(over, { body: chat() })).headers[":status"]).toBe(200);
});

it("HTTP/2: a body that is refused does not hold up the connection", async () => {
  const door = await open();
  const over = session(door);
  const stream = over.request({ ":path": "/v1/chat/completions", ":method": "POST", authorization: "Bearer bad" });
  stream.on("error", () => undefined);
  let status = 0;
  stream.on("response", (headers) => {
    status = Number(headers[":status"]);
  });
  stream.resume();
  stream.write("x".repeat(40_000));
  await new Promise((resolve) => stream.once("close", resolve));
  expect(status).toBe(401);
  expect((await ask(over, { body: chat() })).headers[":status"]).toBe(200);
});

it("HTTP/2: streams opened and reset in a flood end the connection, not the server", async () => {
  const door = await open();
  const over = session(door);
  over.on("error", () => undefined);
  const gone = new Promise((resolve) => over.once("close", resolve));
  await new Promise((resolve) => over.once("connect", resolve));
  for (let round = 0; round < 500 && !over.destroyed && !over.closed; round++) {
    const stream = over.request({ ":path": "/v1/models", ":method": "GET" });
    stream.on("error", () => undefined);
    await new Promise(setImmediate);
    stream.close(constants.NGHTTP2_CANCEL);
  }
  await gone;
  expect((await ask(session(door), { body: chat() })).headers[":status"]).toBe(200);
});

it("nothing older than TLS 1.2 is spoken", async () => {
  const { port } = await open();
  expect(await certificateNow(port, "TLSv1.2")).toBe("first");
  await expect(certificateNow(port, "TLSv1.1")).rejects.toThrow();
});

it("a new certificate is taken on SIGHUP, open connections stay, and one that does not fit is not taken", async () => {
  const door = await open();
  const over = session(door);
  expect((await ask(over, { body: chat() })).headers[":status"]).toBe(200);
  writeFileSync(door.files.TLS_KEY_FILE, selfSigned().key);
  process.emit("SIGHUP", "SIGHUP");
  expect(await certificateNow(door.port)).toBe("first");
  const next = selfSigned("second");
  for (const [file, text] of [
    [door.files.TLS_CERT_FILE, next.cert],
    [door.files.TLS_KEY_FILE, next.key],
  ] as const) {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
  process.emit("SIGHUP", "SIGHUP");
  expect(await certificateNow(door.port)).toBe("second");
  expect((await ask(over, { body: chat() })).headers[":status"]).toBe(200);
});

it("a certificate without its key, or with another's, stops the boot", async () => {
  const { put, files } = await open();
  put({ cert: selfSigned().cert, key: selfSigned().key });
  await expect(openTestDoor({ settings: files })).rejects.toThrow(/are not a certificate and its key/);
  await expect(openTestDoor({ settings: { TLS_CERT_FILE: files.TLS_CERT_FILE } })).rejects.toThrow(
    /TLS_CERT_FILE: set it together with TLS_KEY_FILE/,
  );
});

it("draining ends idle connections at once and lets streams finish", async () => {
  const door = await open();
  const over = session(door);
  const idle = session(door);
  await ask(idle, { path: "/v1/models", method: "GET" });
  const running = ask(over, { body: chat({ stream: true, sandbox: { outputTokens: 10, tokensPerSecond: 20 } }) });
  await expect.poll(() => door.bench.admitted.length).toBe(1);
  const startedMs = performance.now();
  const drained = door.door.drain(5_000);
  expect((await running).text.endsWith("data: [DONE]\n\n")).toBe(true);
  await drained;
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  closing.splice(1, 1);
});

it("a client of https is not asked for more than the certificate", async () => {
  const door = await open();
  const status = await new Promise((resolve, reject) => {
    request({ port: door.port, host: "localhost", path: "/healthz", ca: door.ca }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(200);
});

it("HTTP/2: an answer without a body is over with its head, and no longer counts as under way", async () => {
  const door = await open({ MAX_REQUESTS_IN_FLIGHT: "1" });
  const over = session(door);
  for (let time = 0; time < 3; time++) {
    const { headers } = await ask(over, { method: "OPTIONS" });
    expect(headers[":status"]).toBe(204);
  }
});
