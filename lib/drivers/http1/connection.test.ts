import { connect as connectTcp, createServer as createTcp, type OnReadOpts, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTls } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Dialling, openDialling, POURED_BYTES, pour, stillness } from "#tests/support/dialling";
import { selfSigned } from "#tests/support/self-signed";
import { openConnection } from "./connection.ts";

let stage: Dialling;
beforeEach(() => {
  stage = openDialling();
});
afterEach(() => stage.close());

let gone = () => 0;
const answer = (socket: Socket) =>
  void socket
    .on("error", () => undefined)
    .once("data", () => {
      gone = pour(socket);
    });

type Kind = {
  readonly name: string;
  readonly serve: () => Server;
  readonly dial: (options: { port: number; host: string; onread: OnReadOpts }) => Socket;
  readonly ready: string;
};

const kinds: Kind[] = [
  { name: "TCP", serve: () => createTcp(answer), dial: connectTcp, ready: "connect" },
  {
    name: "TLS",
    serve: () => createTls(selfSigned(), answer),
    dial: (options) => connectTls({ ...options, rejectUnauthorized: false }),
    ready: "secureConnect",
  },
];

const SCRATCH_BYTES = 64 * 1024;

it.each(kinds)("a pause stops the reading of a socket over $name, and going on starts it", async (kind) => {
  const port = await stage.listen(kind.serve());
  let readBytes = () => 0;
  const connection = openConnection({
    scratch: Buffer.alloc(SCRATCH_BYTES),
    dial(onread, onReady) {
      const socket = kind.dial({ port, host: "127.0.0.1", onread });
      readBytes = () => socket.bytesRead;
      return socket.once(kind.ready, onReady);
    },
    onFree: () => connection.destroy(),
    onGone: () => undefined,
  });
  let heard = 0;
  let pauses = 0;
  await new Promise<void>((resolve, reject) => {
    const pauseOnce = async () => {
      pauses++;
      connection.pause();
      const before = { heard, readBytes: readBytes() };
      expect(await stillness(gone)).toBeLessThan(POURED_BYTES);
      expect(heard).toBe(before.heard);
      // TLS still counts what it had taken from the kernel in the same reading.
      expect(readBytes() - before.readBytes).toBeLessThanOrEqual(kind.name === "TLS" ? SCRATCH_BYTES : 0);
      connection.resume();
    };
    connection.start({
      head: "GET / HTTP/1.1\r\n\r\n",
      body: null,
      onSent: () => undefined,
      onHead: () => undefined,
      onData(data) {
        heard += data.length;
        if (pauses === 0 || (pauses === 1 && heard > POURED_BYTES / 2)) pauseOnce().catch(reject);
      },
      onEnd: resolve,
      onFault: reject,
    });
  });
  expect([heard, pauses]).toEqual([POURED_BYTES, 2]);
});
