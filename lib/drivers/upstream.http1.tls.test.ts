import { createServer as createTcp } from "node:net";
import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Dialling, expectHeldBack, openDialling, pour, requestTo, rested } from "#tests/support/dialling";
import { selfSigned } from "#tests/support/self-signed";

const usual = getCACertificates("default");
let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(async () => {
  setDefaultCACertificates(usual);
  await stage.close();
});

async function upstream({ isTrusted, reply }: { isTrusted: boolean; reply: (socket: TLSSocket) => void }) {
  const certificate = selfSigned();
  if (isTrusted) setDefaultCACertificates([...usual, certificate.cert]);
  const sockets: TLSSocket[] = [];
  const server = createServer({ ...certificate, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => reply(socket));
  });
  return { port: await stage.listen(server), sockets };
}

const whole = { status: 200, text: "ok", isEnded: true, fault: undefined };
const ok = (socket: TLSSocket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

describe("an upstream behind TLS", () => {
  it("that says more than its reply does not say that to the next call", async () => {
    let asked = 0;
    const { port } = await upstream({
      isTrusted: true,
      reply(socket) {
        // At once, and not when the first is acknowledged.
        socket.setNoDelay(true);
        ok(socket);
        if (asked++ === 0) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong");
      },
    });
    for (let nth = 0; nth < 3; nth++) expect(await stage.call(requestTo(`https://localhost:${port}/`))).toEqual(whole);
  });

  it("is asked nothing where its certificate is nobody's", async () => {
    let asked = 0;
    const { port } = await upstream({ isTrusted: false, reply: () => asked++ });
    const told = await stage.call(requestTo(`https://localhost:${port}/`));
    expect(told.fault?.kind).toBe("network");
    expect(asked).toBe(0);
  });

  it("is asked nothing where its certificate is another's", async () => {
    const { port } = await upstream({ isTrusted: true, reply: ok });
    const told = await stage.call(requestTo(`https://[::ffff:127.0.0.1]:${port}/`));
    expect(told.fault).toMatchObject({ kind: "network", message: expect.stringContaining("does not match") });
  });

  it("that never shakes hands is given up as one that cannot be connected to", async () => {
    const port = await stage.listen(createTcp());
    const timeouts = { connectMs: 200, firstByteMs: 2_000, idleMs: 2_000, totalMs: 4_000 };
    const told = await stage.call(requestTo(`https://localhost:${port}/`, { timeouts }));
    expect(told.fault?.kind).toBe("connect-timeout");
  });

  it.each(["localhost", "127.0.0.1"])("answers as %s, over HTTP/1.1 and one connection", async (host) => {
    const { port, sockets } = await upstream({ isTrusted: true, reply: ok });
    for (let nth = 0; nth < 3; nth++) {
      expect(await stage.call(requestTo(`https://${host}:${port}/`))).toEqual(whole);
      await rested();
    }
    expect(sockets.map(({ alpnProtocol }) => alpnProtocol)).toEqual(["http/1.1"]);
  });

  it("takes up the session of the connection before", async () => {
    const reused: unknown[] = [];
    const reply = (socket: TLSSocket) => {
      reused.push(socket.isSessionReused());
      socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
    };
    const { port } = await upstream({ isTrusted: true, reply });
    await stage.call(requestTo(`https://localhost:${port}/`));
    await stage.call(requestTo(`https://localhost:${port}/`));
    expect(reused).toEqual([false, true]);
  });

  it("keeps what a paused call does not take, and gives it all once it goes on", async () => {
    let gone = () => 0;
    const reply = (socket: TLSSocket) => {
      gone = pour(socket);
    };
    const { port } = await upstream({ isTrusted: true, reply });
    await expectHeldBack(stage, `https://localhost:${port}/`, () => gone());
  });
});
