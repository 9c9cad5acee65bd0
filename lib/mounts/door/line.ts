import type { Socket } from "node:net";
import type { LaneCall } from "./lane-call.ts";

/** A connection whose requests have all been plain so far. */
export type Line = {
  readonly socket: Socket;
  call: LaneCall | undefined;
  /** What was read and not yet taken: the beginning of a request, or what came while another was under way. */
  rest: Buffer | undefined;
  pieces: number;
  /** Since when nothing is under way, or a request is being waited for. */
  sinceMs: number;
  isUsed: boolean;
  /** Takes all listeners off, for whom the connection is handed to. */
  readonly leave: () => void;
};

type Listener = {
  readonly onData: (line: Line, bytes: Buffer) => void;
  /** The connection is gone. */
  readonly onClose: (line: Line) => void;
};

/** Listens to a connection, once for all of its calls. */
export function openLine(socket: Socket, { onData, onClose }: Listener): Line {
  const listeners = {
    data: (bytes: Buffer) => onData(line, bytes),
    // A caller that has closed its side does not wait for an answer, as Node has it.
    end: () => void (line.call === undefined || line.call.isEnded() ? socket.end() : socket.destroy()),
    timeout: () => line.call?.stalled(),
    error: () => undefined,
    close: () => onClose(line),
  };
  const line: Line = {
    socket,
    call: undefined,
    rest: undefined,
    pieces: 0,
    sinceMs: performance.now(),
    isUsed: false,
    leave() {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    },
  };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  return line;
}

export const isIdle = ({ call, rest }: Line) => call === undefined && rest === undefined;
