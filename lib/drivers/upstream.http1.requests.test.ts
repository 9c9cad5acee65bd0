import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Dialling, openDialling, requestTo } from "#tests/support/dialling";

let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(() => stage.close());

async function askedWith(given: Parameters<typeof requestTo>[1], path = "v1/chat?key=a%20b"): Promise<string[]> {
  const asked: string[] = [];
  const { url } = await stage.raw(({ text, socket }) => {
    asked.push(text);
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  const told = await stage.call(requestTo(url + path, given));
  return told.isEnded ? asked.map((text) => text.replace(/127\.0\.0\.1:\d+/, "HOST")) : [told.fault?.message ?? ""];
}

describe("a request", () => {
  it("is written as it is asked for", async () => {
    expect(await askedWith({ headers: { "x-one": "1", authorization: "Bearer \xe9\tkey" } })).toEqual([
      "POST /v1/chat?key=a%20b HTTP/1.1\r\nhost: HOST\r\nconnection: keep-alive\r\n" +
        "x-one: 1\r\nauthorization: Bearer \xe9\tkey\r\ncontent-length: 2\r\n\r\n{}",
    ]);
  });

  it("without a body says so where one is usual", async () => {
    const head = (method: string) => `${method} / HTTP/1.1\r\nhost: HOST\r\nconnection: keep-alive\r\n`;
    expect(await askedWith({ body: null }, "")).toEqual([`${head("POST")}content-length: 0\r\n\r\n`]);
    expect(await askedWith({ method: "GET", body: null }, "")).toEqual([`${head("GET")}\r\n`]);
  });

  it.each([1, 1_000, 14 * 1024, 14 * 1024 + 1, 3_000_000])("carries a body of %i bytes as it is", async (size) => {
    const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7) % 256));
    const server = createServer(async (incoming, outgoing) => {
      outgoing.end(String(body.equals(Buffer.concat(await incoming.toArray()))));
    });
    const url = `http://127.0.0.1:${await stage.listen(server)}/`;
    // A view of larger memory, as bodies are.
    const view = new Uint8Array(Buffer.concat([Buffer.from("before"), body])).subarray(6);
    expect((await stage.call(requestTo(url, { body: view }))).text).toBe("true");
  });

  const secret = "Bearer secret";
  it.each<[string, Record<string, string>]>([
    ["a line break", { authorization: `${secret}\r\nx-evil: 1` }],
    ["a line feed", { authorization: `${secret}\n` }],
    ["a NUL", { authorization: `${secret}\0` }],
    ["a letter beyond Latin-1", { authorization: `${secret}\u010a` }],
    ["a name with a line break", { [`x: ${secret}\r\nx-evil`]: "1" }],
    ["a name with a blank", { "x evil": secret }],
    ["no name", { "": secret }],
    ["a length of its own", { "Content-Length": "7" }],
    ["a coding of its own", { "transfer-encoding": "chunked" }],
    ["a host of its own", { Host: "elsewhere" }],
  ])("with %s in its headers reaches no upstream, and the fault does not tell them", async (_what, headers) => {
    const { url, sockets } = await stage.raw(() => undefined);
    const told = await stage.call(requestTo(url, { headers }));
    expect(told.fault).toEqual({ kind: "network", message: "a header cannot be sent" });
    expect(sockets).toHaveLength(0);
  });

  it("is answered only after `send` has returned, refused or not", async () => {
    const { url } = await stage.raw(({ socket }) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na"));
    const order: string[] = [];
    const listener = (done: (_: undefined) => void) => ({
      onHead: () => void order.push("head"),
      onData: () => void order.push("data"),
      onEnd: () => done(void order.push("end")),
      onFault: () => done(void order.push("fault")),
    });
    const send = (given: Parameters<typeof requestTo>[1]) =>
      new Promise<void>((done) => {
        stage.dialer.send(requestTo(url, given), listener(done));
        order.push("returned");
      });
    await send({});
    await send({});
    await send({ headers: { bad: "\n" } });
    await send({ allowPrivateNetwork: false });
    const answered = ["returned", "head", "data", "end"];
    expect(order).toEqual([...answered, ...answered, "returned", "fault", "returned", "fault"]);
  });
});
