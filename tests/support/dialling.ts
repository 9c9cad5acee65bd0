import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type Dialer, openDialer } from "#lib/drivers/upstream.http1";
import type { UpstreamCall, UpstreamFault, UpstreamRequest } from "#lib/gateway/ports";

export type Told = {
  readonly status: number;
  readonly text: string;
  readonly isEnded: boolean;
  readonly fault: UpstreamFault | undefined;
};

export type Dialling = {
  readonly call: (request: UpstreamRequest, steer?: Steer) => Promise<Told>;
  readonly dialer: Dialer;
  readonly listen: (server: Server) => Promise<number>;
  /** An upstream that answers each whole request with what `answer` says to it, on the bare socket. */
  readonly raw: (answer: (asked: Asked) => void) => Promise<RawUpstream>;
  readonly close: () => Promise<void>;
};

type Steer = (call: UpstreamCall, heard: { readonly bytes: () => number }) => void;
export type Asked = { readonly text: string; readonly socket: Socket; readonly nth: number };
export type RawUpstream = { readonly url: string; readonly port: number; readonly sockets: readonly Socket[] };

export const requestTo = (url: string, given: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  url,
  method: "POST",
  headers: {},
  body: Buffer.from("{}"),
  allowPrivateNetwork: true,
  timeouts: { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 4_000 },
  ...given,
});

/** A dialer, and upstreams for it, that are closed together. */
export function openDialling(): Dialling {
  const dialer = openDialer();
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const listen = async (server: Server) => {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  return {
    dialer,
    listen,
    call: (request, steer) => callOf(dialer, request, steer),
    async raw(answer) {
      const own: Socket[] = [];
      let nth = 0;
      const server = createServer((socket) => {
        own.push(socket);
        readRequests(socket, (text) => answer({ text, socket, nth: nth++ }));
      });
      const port = await listen(server);
      return { url: `http://127.0.0.1:${port}/`, port, sockets: own };
    },
    async close() {
      await dialer.close();
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

function callOf(dialer: Dialer, request: UpstreamRequest, steer?: Steer): Promise<Told> {
  const told = { status: 0, isEnded: false, fault: undefined };
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    const finish = (last: Partial<Told>) => resolve({ ...told, text: Buffer.concat(pieces).toString(), ...last });
    const control = dialer.send(request, {
      onHead: (status) => {
        told.status = status;
      },
      onData: (chunk) => {
        pieces.push(chunk);
        bytes += chunk.length;
      },
      onEnd: () => finish({ isEnded: true }),
      onFault: (fault) => finish({ fault }),
    });
    steer?.(control, { bytes: () => bytes });
  });
}

function readRequests(socket: Socket, onRequest: (text: string) => void): void {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    for (let size = sizeOf(text); size !== undefined && text.length >= size; size = sizeOf(text)) {
      const request = text.slice(0, size);
      text = text.slice(size);
      onRequest(request);
    }
  });
}

function sizeOf(text: string): number | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  return end + 4 + Number(/\r\ncontent-length: (\d+)/.exec(text.slice(0, end))?.[1] ?? 0);
}

export const POURED_BYTES = 32 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, "a");

/** Answers with a body that no buffer on the way holds, as fast as it is taken; gives how much of it has gone. */
export function pour(socket: Socket): () => number {
  let gone = 0;
  const go = () => {
    while (gone < POURED_BYTES) {
      gone += PIECE.length;
      if (!socket.write(PIECE)) return;
    }
  };
  socket.on("drain", go);
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${POURED_BYTES}\r\n\r\n`);
  go();
  return () => gone;
}

/** Until a connection whose reply has just been told may serve again. */
export const rested = () => sleep(20);

/** Calls for what is poured, pauses once something is heard, and expects the rest to stay with the upstream until it goes on. */
export async function expectHeldBack({ call }: Dialling, url: string, gone: () => number): Promise<void> {
  let paused: ReturnType<typeof pauseAwhile> | undefined;
  const told = await call(requestTo(url), (one, heard) => {
    paused = pauseAwhile(one, heard.bytes, gone);
  });
  const { goneBytes, heardBytes } = (await paused) ?? {};
  expect(heardBytes).toBe(0);
  expect(goneBytes).toBeLessThan(POURED_BYTES);
  expect(told).toMatchObject({ isEnded: true, fault: undefined });
  expect(told.text).toHaveLength(POURED_BYTES);
}

/** Pauses a call once it hears something, until nothing more goes; gives what had gone, and what was heard meanwhile. */
async function pauseAwhile(call: UpstreamCall, heard: () => number, gone: () => number) {
  await expect.poll(heard, { interval: 1 }).toBeGreaterThan(0);
  call.pause();
  const before = heard();
  const goneBytes = await stillness(gone);
  const heardBytes = heard() - before;
  call.resume();
  return { goneBytes, heardBytes };
}

/** Resolves to a number once it no longer changes. */
export async function stillness(look: () => number): Promise<number> {
  let last = Number.NaN;
  const isStill = () => {
    const before = last;
    last = look();
    return last === before;
  };
  await expect.poll(isStill, { interval: 100 }).toBe(true);
  return last;
}
