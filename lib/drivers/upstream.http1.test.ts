import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createTcp, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPublicAddress } from "#lib/base/public-address";
import type { UpstreamFault, UpstreamRequest } from "#lib/gateway/ports";
import { type Dialling, openDialling, requestTo } from "#tests/support/dialling";

let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(() => stage.close());

const upstream = async (listener: RequestListener) => `http://127.0.0.1:${await stage.listen(createHttp(listener))}/`;

const hastyTo = (url: string, given: Partial<UpstreamRequest> = {}) =>
  requestTo(url, { timeouts: { connectMs: 300, firstByteMs: 300, idleMs: 300, totalMs: 2_000 }, ...given });

describe("the dialer", () => {
  it("gives the whole reply", async () => {
    const url = await upstream((_incoming, outgoing) => outgoing.writeHead(201).end("hello"));
    expect(await stage.call(hastyTo(url))).toEqual({ status: 201, text: "hello", isEnded: true, fault: undefined });
  });

  it("asks for what it is told to and follows no redirect", async () => {
    let visits = 0;
    const second = await upstream((_incoming, outgoing) => {
      visits++;
      outgoing.end();
    });
    const first = await upstream((_incoming, outgoing) => outgoing.writeHead(307, { location: second }).end());
    expect((await stage.call(hastyTo(first))).status).toBe(307);
    expect(visits).toBe(0);
  });

  it("notices a connection refused", async () => {
    const server = createTcp();
    const port = await stage.listen(server);
    server.close();
    expect((await stage.call(hastyTo(`http://127.0.0.1:${port}/`))).fault?.kind).toBe("network");
  });

  it("gives up on an upstream that never answers", async () => {
    const url = await upstream(() => undefined);
    expect((await stage.call(hastyTo(url))).fault?.kind).toBe("first-byte-timeout");
  });

  it("gives up on a stream that falls silent", async () => {
    const url = await upstream((_incoming, outgoing) => {
      outgoing.writeHead(200);
      outgoing.write("a");
    });
    const told = await stage.call(hastyTo(url));
    expect(told).toMatchObject({ text: "a", fault: { kind: "idle-timeout" } });
  });

  it("gives up when the total time is over, however busy the stream is", async () => {
    const url = await upstream((_incoming, outgoing) => {
      outgoing.writeHead(200);
      const timer = setInterval(() => outgoing.write("x"), 20);
      outgoing.once("close", () => clearInterval(timer));
    });
    const timeouts = { connectMs: 300, firstByteMs: 300, idleMs: 300, totalMs: 400 };
    expect((await stage.call(hastyTo(url, { timeouts }))).fault?.kind).toBe("total-timeout");
  });

  it("does not hold the upstream's silence against it while the caller reads slowly", async () => {
    const url = await upstream((_incoming, outgoing) => {
      outgoing.writeHead(200);
      outgoing.write("a");
      setTimeout(() => outgoing.end("b"), 100);
    });
    const told = await stage.call(hastyTo(url), (call) => {
      setTimeout(() => call.pause(), 50);
      setTimeout(() => call.resume(), 700);
    });
    expect(told).toMatchObject({ text: "ab", isEnded: true });
  });

  it("closes the socket when it is aborted, and says nothing more", async () => {
    const closed = Promise.withResolvers<void>();
    const url = await upstream((_incoming, outgoing) => outgoing.once("close", closed.resolve));
    let heard = 0;
    const count = () => heard++;
    const control = stage.dialer.send(hastyTo(url), { onHead: count, onData: count, onEnd: count, onFault: count });
    setTimeout(() => control.abort(), 100);
    await closed.promise;
    expect(heard).toBe(0);
  });

  it.each(["onHead", "onData", "onEnd"] as const)(
    "a listener that throws in %s hears of a failure instead",
    async (wrong) => {
      const url = await upstream((_incoming, outgoing) => outgoing.end("ok"));
      const fault = await new Promise<UpstreamFault>((resolve) => {
        const quiet = { onHead: () => undefined, onData: () => undefined, onEnd: () => undefined };
        const broken = () => {
          throw new Error("a mistake of ours");
        };
        stage.dialer.send(requestTo(url), { ...quiet, onFault: resolve, [wrong]: broken });
      });
      expect(fault.kind).toBe("network");
    },
  );

  it("a listener that throws once it has aborted harms nobody", async () => {
    const url = await upstream((_incoming, outgoing) => outgoing.end("ok"));
    let heard = 0;
    await new Promise<void>((resolve) => {
      const count = () => void heard++;
      const call = stage.dialer.send(requestTo(url), {
        onHead: () => undefined,
        onData() {
          call.abort();
          setTimeout(resolve, 50);
          throw new Error("a mistake of ours");
        },
        onEnd: count,
        onFault: count,
      });
    });
    expect(heard).toBe(0);
  });

  it("tells a cut body from a whole one", async () => {
    const url = await upstream((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-length": "100" });
      outgoing.write("short");
      setTimeout(() => outgoing.socket?.destroy(), 30);
    });
    expect((await stage.call(hastyTo(url))).fault?.kind).toBe("network");
  });
});

describe("private addresses", () => {
  const hosts = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "[fe80::1]",
    "[fc00::1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
  ];
  it.each(hosts)("%s is never dialled unless the provider allows it", async (host) => {
    const sockets: Socket[] = [];
    const port = await stage.listen(createTcp((socket) => sockets.push(socket)));
    const told = await stage.call(hastyTo(`http://${host}:${port}/`, { allowPrivateNetwork: false }));
    expect(told.fault?.kind).toBe("refused-address");
    expect(sockets).toHaveLength(0);
  });

  it("are told from public ones", () => {
    expect(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"].map(isPublicAddress)).toEqual([true, true, true]);
    expect(["8.8.8", "example.com", "", "fe80::1%eth0"].map(isPublicAddress)).toEqual([false, false, false, false]);
  });
});
