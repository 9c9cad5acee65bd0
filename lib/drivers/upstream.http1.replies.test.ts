import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Dialling, expectHeldBack, openDialling, pour, requestTo, type Told } from "#tests/support/dialling";

let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(() => stage.close());

/** Says a reply and, where told so, ends the connection. */
async function toldOf(reply: string, isClosed = false): Promise<Told> {
  const { url } = await stage.raw(({ socket }) => {
    socket.write(reply, "latin1");
    if (isClosed) socket.end();
  });
  return stage.call(requestTo(url));
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

describe("a reply", () => {
  it.each([
    ["with a length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"],
    [
      "after an early one",
      "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    ],
    ["in chunks", `${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`],
    [
      "in chunks with extensions and trailers",
      `${CHUNKED}2;a=b;c="d"\r\nhe\r\n3\r\nllo\r\n0;e\r\nx-sum: 1\r\ny: 2\r\n\r\n`,
    ],
  ])("%s is told whole", async (_how, reply) => {
    expect(await toldOf(reply)).toEqual({ status: 200, text: "hello", isEnded: true, fault: undefined });
  });

  it("that ends with its connection is told whole", async () => {
    const told = await toldOf("HTTP/1.1 200 OK\r\n\r\nhello", true);
    expect(told).toEqual({ status: 200, text: "hello", isEnded: true, fault: undefined });
  });

  it.each([
    ["whose chunks are cut", `${CHUNKED}5\r\nhello\r\n`],
    ["that is cut within a chunk", `${CHUNKED}5\r\nhel`],
    ["that is cut within its head", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["that does not come at all", ""],
  ])("%s is a fault", async (_how, reply) => {
    const told = await toldOf(reply, true);
    expect(told).toMatchObject({ isEnded: false, fault: { kind: "network" } });
  });

  it.each([
    ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["lines that end in a bare line feed", "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello"],
    ["a chunk that is none", `${CHUNKED}5\r\nhello\n0\r\n\r\n`],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n"],
    ["a secret in a broken head", "HTTP/1.1 200 OK\r\nx-secret\r\n\r\n"],
    ["an endless head", `HTTP/1.1 200 OK\r\nx: ${"secret".repeat(20_000)}`],
    ["early heads without end", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100)],
  ])("with %s is a fault, which does not repeat what came", async (_what, reply) => {
    const { fault } = await toldOf(reply);
    expect(fault?.kind).toBe("network");
    expect(fault?.message).not.toContain("secret");
  });
});

describe("a call that is paused", () => {
  it("leaves the rest with the upstream, and hears all of it once it goes on", async () => {
    let gone = () => 0;
    const { url } = await stage.raw(({ socket }) => {
      gone = pour(socket);
    });
    await expectHeldBack(stage, url, () => gone());
  });

  it("within the telling of data hears of the end only when it goes on", async () => {
    const { url } = await stage.raw(({ socket }) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na"));
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      const call = stage.dialer.send(requestTo(url), {
        onHead: () => call.pause(),
        onData: () => {
          order.push("data");
          call.pause();
          call.resume();
          call.pause();
          setTimeout(() => {
            order.push("resumed");
            call.resume();
            order.push("returned");
          }, 20);
        },
        onEnd: () => {
          order.push("end");
          resolve();
        },
        onFault: () => resolve(),
      });
      setTimeout(() => call.resume(), 300);
    });
    await new Promise(setImmediate);
    expect(order).toEqual(["data", "resumed", "end", "returned"]);
  });

  it("keeps its own bytes, whatever others hear meanwhile", async () => {
    const { url } = await stage.raw(({ socket, nth }) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n${nth === 0 ? "first" : "other"}`),
    );
    const first = await new Promise<string>((resolve) => {
      let text = "";
      const call = stage.dialer.send(requestTo(url), {
        onHead() {
          call.pause();
          stage.call(requestTo(url)).then(() => call.resume(), resolve);
        },
        onData: (data) => {
          text += Buffer.from(data).toString();
        },
        onEnd: () => resolve(text),
        onFault: ({ message }) => resolve(message),
      });
    });
    expect(first).toBe("first");
  });

  it("before it is connected gets its answer once it goes on", async () => {
    const { url } = await stage.raw(({ socket }) => socket.end("HTTP/1.1 200 OK\r\n\r\nok"));
    const told = await stage.call(requestTo(url), (call) => {
      call.pause();
      setTimeout(() => call.resume(), 100);
    });
    expect(told).toEqual({ status: 200, text: "ok", isEnded: true, fault: undefined });
  });
});
