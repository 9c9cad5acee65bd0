import { Socket } from "node:net";
import { BOUNDS } from "#lib/gateway/bounds";

// Often: what comes on loopback in 50 ms is thirty megabytes.
const LOOK_MS = 5;
const lingering = new WeakSet<object>();

/** True for a connection that has had its last answer: whatever else it sends is not a request to us. */
export const isLingering = (socket: object) => lingering.has(socket);

/** Lets a connection that Node is going to close after the answer under way end as `linger` does. */
export function lingerAfterAnswer(socket: Socket): void {
  socket.destroySoon = () => linger(socket);
}

/**
 * Ends a connection whose caller is still sending: closed at once, the kernel would answer the bytes under way with a
 * reset, and a reset takes the answer with it that the caller has not read yet. What comes is thrown away, within bounds.
 */
export function linger(socket: Socket): void {
  if (lingering.has(socket) || socket.destroyed) return;
  lingering.add(socket);
  const fromBytes = socket.bytesRead;
  const untilMs = performance.now() + BOUNDS.lingerMs;
  const timer = setInterval(() => {
    const isOver = performance.now() >= untilMs || socket.bytesRead - fromBytes > BOUNDS.lingerBytesMax;
    if (isOver) socket.destroy();
  }, LOOK_MS);
  socket.once("close", () => clearInterval(timer));
  socket.once("end", () => Socket.prototype.destroySoon.call(socket));
  socket.end();
  socket.resume();
}
