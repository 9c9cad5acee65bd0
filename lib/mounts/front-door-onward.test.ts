import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestDoor } from "#tests/support/front-door";
import { openRaw, sayRaw, statusesIn } from "#tests/support/raw-http";
import { selfSigned } from "#tests/support/self-signed";

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; bytes: number };

let portal: Server;
let seen: Seen[];
let connections: number;
let calls: WeakMap<Socket, number>;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  seen = [];
  connections = 0;
  calls = new WeakMap();
  portal = createServer((incoming, outgoing) => {
    const nth = (calls.get(incoming.socket) ?? 0) + 1;
    calls.set(incoming.socket, nth);
    // As where a server's patience with an idle connection ends in the moment it is used again.
    if (nth > 1) return void incoming.socket.destroy();
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on("end", () => {
      seen.push({ method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, bytes });
      outgoing.writeHead(200, { "content-type": "text/html", "keep-alive": "timeout=9", "x-page": "yes" });
      outgoing.end("<p>page</p>");
    });
  });
  portal.on("connection", () => connections++);
  await new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve));
  closing.push(() => portal.close());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(settings: Readonly<Record<string, string>> = {}) {
  const portalUrl = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  const door = await openTestDoor({ settings: { PORTAL_URL: portalUrl, ...settings } });
  closing.push(door.close);
  return door;
}

const get = (target: string, headers = "") =>
  `GET ${target} HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n${headers}\r\n`;
const post = (headers: string, body = "") =>
  `POST /page HTTP/1.1\r\nhost: a.test\r\nsec-fetch-site: same-origin\r\n${headers}\r\n${body}`;

describe("what goes on to the portal", () => {
  it("keeps its host, says who calls itself, and loses what only the next hop or Next may say", async () => {
    const { port } = await open();
    const forged =
      "x-forwarded-for: 1.2.3.4\r\nx-forwarded-host: evil.test\r\nforwarded: for=1.2.3.4\r\n" +
      "x-middleware-subrequest: middleware\r\nx-nextjs-data: 1\r\nte: trailers\r\n";
    expect(statusesIn((await sayRaw(port, get("/page?a=1", forged))).text)).toEqual([200]);
    const { headers, url }: Pick<Seen, "headers" | "url"> = seen[0] ?? { headers: {}, url: "" };
    expect(url).toBe("/page?a=1");
    expect(headers).toMatchObject({ host: "a.test", "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "a.test" });
    for (const name of ["forwarded", "x-middleware-subrequest", "x-nextjs-data", "te"])
      expect(headers[name]).toBeUndefined();
  });

  it("carries an id back, and not the headers of the inner connection", async () => {
    const { port } = await open();
    const { text } = await sayRaw(port, get("/page"));
    expect(text).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    expect(text).toContain("x-page: yes");
    expect(text).not.toContain("timeout=9");
  });

  it("goes on by a connection of its own, which nobody can be closing", async () => {
    const { port } = await open();
    for (const bytes of [get("/page"), get("/page"), post("connection: close\r\ncontent-length: 1\r\n", "x")])
      expect(statusesIn((await sayRaw(port, bytes)).text)).toEqual([200]);
  });

  it("goes on from HTTP/2 as well", async () => {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-tls-"));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const { cert, key } = selfSigned();
    const files = { TLS_CERT_FILE: join(folder, "cert.pem"), TLS_KEY_FILE: join(folder, "key.pem") };
    writeFileSync(files.TLS_CERT_FILE, cert);
    writeFileSync(files.TLS_KEY_FILE, key);
    const { port } = await open(files);
    const session = connectHttp2(`https://localhost:${port}`, { ca: cert });
    const stream = session.request({ ":path": "/page", ":method": "POST", "sec-fetch-site": "same-origin" });
    stream.end("x".repeat(1_000));
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await new Promise((resolve) => stream.once("close", resolve));
    session.destroy();
    expect(text).toBe("<p>page</p>");
    expect(seen[0]).toMatchObject({ method: "POST", bytes: 1_000, headers: { host: `localhost:${port}` } });
  });

  it("100 is said before the body, which then goes on", async () => {
    const { port } = await open();
    const connection = await openRaw(port);
    connection.socket.write(post("connection: close\r\nexpect: 100-continue\r\ncontent-length: 4\r\n"));
    await connection.until((text) => text.includes("100 Continue"));
    connection.socket.write("body");
    expect(statusesIn((await connection.closed()).text)).toEqual([100, 200]);
    expect(seen[0]).toMatchObject({ bytes: 4 });
    expect(seen[0]?.headers.expect).toBeUndefined();
  });
});

describe("what does not go on", () => {
  it.each([
    ["an absolute address", 400, get("http://127.0.0.1:9/page")],
    ["another host's address behind two slashes", 400, get("//127.0.0.1:9/page")],
    ["TRACE", 405, get("/page").replace("GET", "TRACE")],
    ["an upgrade", 426, get("/page", "upgrade: websocket\r\n").replace("connection: close", "connection: upgrade")],
    [
      "an upgrade to an absolute address",
      400,
      get("http://127.0.0.1:9/_next/hmr", "upgrade: websocket\r\n").replace("connection: close", "connection: upgrade"),
    ],
    ["a way around the pages' own check", 400, get("/api/stripe/../page").replace("GET", "POST")],
  ])("%s: %d, and no connection is opened", async (_what, status, bytes) => {
    const { port } = await open();
    expect(statusesIn((await sayRaw(port, bytes)).text)).toEqual([status]);
    expect(connections).toBe(0);
  });

  it("413: a body that says that it is too long", async () => {
    const { port } = await open();
    const { text } = await sayRaw(port, post(`content-length: ${11 * 1024 * 1024}\r\n`));
    expect(statusesIn(text)).toEqual([413]);
    expect(connections).toBe(0);
  });

  it("413: a body without end", async () => {
    const { port } = await open();
    const connection = await openRaw(port);
    connection.socket.write(post("transfer-encoding: chunked\r\n"));
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65_536, 0x20), Buffer.from("\r\n")]);
    const timer = setInterval(() => connection.socket.write(chunk), 1);
    const { text } = await connection.until((got) => got.includes("body_too_large"));
    clearInterval(timer);
    connection.socket.destroy();
    expect(statusesIn(text)).toEqual([413]);
    expect(seen).toEqual([]);
  });

  it("408: a body that stands still", async () => {
    const { port } = await open({ BODY_TIMEOUT_MS: "300" });
    const { text } = await sayRaw(port, post("content-length: 10\r\n", "x"));
    expect(statusesIn(text)).toEqual([408]);
  });

  it("503: the portal is away; the log says so once, and once that it is back", async () => {
    const { port } = portal.address() as AddressInfo;
    const door = await open();
    await new Promise((resolve) => portal.close(resolve));
    for (const bytes of [get("/page"), get("/page")]) {
      const { text } = await sayRaw(door.port, bytes);
      expect(statusesIn(text)).toEqual([503]);
      expect(text).toContain('"code":"not_ready"');
    }
    const origin = `http://127.0.0.1:${port}`;
    const away = { message: "role not reached", origin, reason: expect.stringContaining("ECONNREFUSED") };
    expect(door.logged).toEqual([away]);
    await new Promise<void>((resolve) => portal.listen(port, "127.0.0.1", resolve));
    expect(statusesIn((await sayRaw(door.port, get("/page"))).text)).toEqual([200]);
    expect(door.logged).toEqual([away, { message: "role reached again", origin }]);
  });
});
