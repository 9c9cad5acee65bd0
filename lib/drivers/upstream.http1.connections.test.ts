import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Asked, type Dialling, openDialling, requestTo, rested } from "#tests/support/dialling";

let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(() => stage.close());

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const whole = { status: 200, text: "ok", isEnded: true, fault: undefined };
const ok = ({ socket }: Asked) => socket.write(OK);

describe("a connection", () => {
  it("serves one call after another", async () => {
    const { url, sockets } = await stage.raw(ok);
    for (let nth = 0; nth < 3; nth++) {
      expect(await stage.call(requestTo(url))).toEqual(whole);
      await rested();
    }
    expect(sockets).toHaveLength(1);
  });

  it("serves one call at a time", async () => {
    const held: Socket[] = [];
    const { url, sockets } = await stage.raw(({ socket }) => {
      if (held.push(socket) === 2) for (const one of held) one.write(OK);
    });
    expect(await Promise.all([stage.call(requestTo(url)), stage.call(requestTo(url))])).toEqual([whole, whole]);
    expect(sockets).toHaveLength(2);
  });

  it("is not yet free when the end of a reply is told: what is behind that may be still to be read", async () => {
    const { url, sockets } = await stage.raw(ok);
    const second = await new Promise((resolve) => {
      const quiet = { onHead: () => undefined, onData: () => undefined, onFault: resolve };
      stage.dialer.send(requestTo(url), { ...quiet, onEnd: () => resolve(stage.call(requestTo(url))) });
    });
    expect(second).toEqual(whole);
    expect(sockets).toHaveLength(2);
  });

  it("that is closed with its reply, without a word of that, serves no call begun at once", async () => {
    const { url } = await stage.raw(({ socket }) => socket.end(OK));
    for (let nth = 0; nth < 5; nth++) expect(await stage.call(requestTo(url))).toEqual(whole);
  });

  it("on which a reply as long as one reading is followed by another's serves no other call", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-length: 65482\r\n\r\n";
    const long = head.padEnd(65_536, "x");
    let asked = 0;
    const { url } = await stage.raw(({ socket }) =>
      socket.write(asked++ === 0 ? `${long}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong` : OK),
    );
    expect(await stage.call(requestTo(url))).toMatchObject({ status: 200, isEnded: true });
    for (let nth = 0; nth < 3; nth++) expect(await stage.call(requestTo(url))).toEqual(whole);
  });

  it.each([
    ["the upstream closes it", "HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 2\r\n\r\nok"],
    ["the upstream speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok"],
    ["more came than the reply", `${OK}HTTP/1.1 200 OK\r\n`],
    ["the upstream keeps it for no time", "HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok"],
  ])("serves no other call where %s", async (_why, reply) => {
    const { url, sockets } = await stage.raw(({ socket }) => socket.write(reply));
    expect(await stage.call(requestTo(url))).toEqual(whole);
    expect(await stage.call(requestTo(url))).toEqual(whole);
    expect(sockets).toHaveLength(2);
  });

  it("serves no other call where the reply came before the end of a large body", async () => {
    const sockets: Socket[] = [];
    const server: Server = createServer((socket) => {
      sockets.push(socket);
      socket.once("data", () => socket.pause().write(OK));
    });
    const url = `http://127.0.0.1:${await stage.listen(server)}/`;
    const body = Buffer.alloc(32 * 1024 * 1024);
    expect(await stage.call(requestTo(url, { body }))).toEqual(whole);
    expect(await stage.call(requestTo(url))).toEqual(whole);
    expect(sockets).toHaveLength(2);
  });

  it("that brings something unasked is closed, and no call takes it for its answer", async () => {
    const { url, sockets } = await stage.raw(ok);
    await stage.call(requestTo(url));
    sockets[0]?.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong");
    // Long before it would have been idle for too long.
    await expect.poll(() => sockets[0]?.destroyed, { timeout: 2_000 }).toBe(true);
    expect(await stage.call(requestTo(url))).toEqual(whole);
  });

  it("that the upstream closes while it waits is not used again", async () => {
    const { url, sockets } = await stage.raw(ok);
    await stage.call(requestTo(url));
    sockets[0]?.end();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
    expect(await stage.call(requestTo(url))).toEqual(whole);
    expect(sockets).toHaveLength(2);
  });

  it("opened without the guard serves no provider that is guarded", async () => {
    const asked: string[] = [];
    const { url } = await stage.raw((request) => {
      asked.push(request.text);
      ok(request);
    });
    expect(await stage.call(requestTo(url))).toEqual(whole);
    const guarded = await stage.call(requestTo(url, { allowPrivateNetwork: false }));
    expect(guarded.fault?.kind).toBe("refused-address");
    expect(asked).toHaveLength(1);
  });

  it("is opened to a name with several addresses, too", async () => {
    const { port } = await stage.raw(ok);
    expect(await stage.call(requestTo(`http://localhost:${port}/`))).toEqual(whole);
  });

  it("that no address of a name takes is a fault that says why", async () => {
    const server = createServer();
    const port = await stage.listen(server);
    server.close();
    const { fault } = await stage.call(requestTo(`http://localhost:${port}/`));
    expect(fault).toMatchObject({ kind: "network", message: expect.stringContaining("ECONNREFUSED") });
  });

  it("that is open when the dialer closes ends its call, and no other is opened", async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await stage.raw(() => asked.resolve());
    const running = stage.call(requestTo(url));
    await asked.promise;
    await stage.dialer.close();
    expect((await running).fault?.kind).toBe("network");
    expect((await stage.call(requestTo(url))).fault?.kind).toBe("network");
  });
});
