import type { Socket } from "node:net";

/** A body up to here goes out in one piece with its head, for half the work of two. */
export const JOINED_BYTES_MAX = 16 * 1024;

type Message = {
  /** As Latin-1. */
  readonly head: string;
  readonly body: Uint8Array | null;
  /** Told once the kernel has all of it, or will not have it. */
  readonly onWritten?: (error?: Error | null) => void;
};

/** Writes a whole message of HTTP/1.1. */
export function writeMessage(socket: Socket, { head, body, onWritten }: Message): void {
  if (body === null) socket.write(head, "latin1", onWritten);
  else if (body.length <= JOINED_BYTES_MAX) socket.write(joined(head, body), onWritten);
  else {
    socket.cork();
    socket.write(head, "latin1");
    socket.write(body, onWritten);
    socket.uncork();
  }
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 0, "latin1");
  bytes.set(body, head.length);
  return bytes;
}
