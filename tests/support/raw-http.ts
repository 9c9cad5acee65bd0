import { connect, type Socket } from "node:net";

export type Talk = {
  /** Everything that came back. */
  readonly text: string;
  readonly isClosed: boolean;
  readonly error: string | undefined;
};

export type RawConnection = {
  readonly socket: Socket;
  readonly text: () => string;
  readonly isClosed: () => boolean;
  /** Resolves once what came back satisfies the claim, or the connection has ended. */
  readonly until: (isEnough: (text: string) => boolean) => Promise<Talk>;
  readonly closed: () => Promise<Talk>;
};

/** A bare connection, on which a caller may say anything. */
export async function openRaw(port: number, localAddress?: string): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  let isClosed = false;
  let error: string | undefined;
  const text = () => Buffer.concat(chunks).toString("latin1");
  const look = () => {
    for (const check of waiting) check();
  };
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    look();
  });
  socket.on("error", (thrown: NodeJS.ErrnoException) => {
    error = thrown.code ?? thrown.message;
  });
  socket.on("end", () => socket.end());
  socket.on("close", () => {
    isClosed = true;
    look();
  });
  await new Promise((resolve) => socket.once("connect", resolve).once("error", resolve));
  const until = (isEnough: (text: string) => boolean) =>
    new Promise<Talk>((resolve) => {
      const check = () => {
        if (!isClosed && !isEnough(text())) return;
        waiting.delete(check);
        resolve({ text: text(), isClosed, error });
      };
      waiting.add(check);
      check();
    });
  return { socket, text, isClosed: () => isClosed, until, closed: () => until(() => false) };
}

/** Says one thing on a connection of its own, and gives what came back when the server had closed it. */
export async function sayRaw(port: number, said: string | Uint8Array): Promise<Talk> {
  const connection = await openRaw(port);
  connection.socket.write(said);
  return connection.closed();
}

/** The status lines in what came back, in order. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g)].map(([, status]) => Number(status));
