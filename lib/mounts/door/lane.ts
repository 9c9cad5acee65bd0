import type { Server, Socket } from "node:net";
import { BOUNDS } from "#lib/gateway/bounds";
import { createSweeper, type Sweeper } from "#lib/platform/sweeper";
import { LaneCall } from "./lane-call.ts";
import type { DoorLimits } from "./limits.ts";
import { isIdle, type Line, openLine } from "./line.ts";
import { readPlainRequest } from "./plain-request.ts";
import type { Sending } from "./pump.ts";

export type Lane = {
  /** Closes the connections on which nothing is under way. */
  readonly closeIdle: () => void;
  readonly close: () => void;
};

type Options = {
  readonly serve: (call: LaneCall) => void;
  /** False while calls have to be refused, or answered with a word on the connection. */
  readonly isOpen: () => boolean;
  readonly sending: Sending;
  readonly limits: Pick<DoorLimits, "headersTimeoutMs">;
};

type Keeping = Options & {
  readonly toNode: (socket: Socket, bytes: Buffer | undefined) => void;
  readonly lines: Set<Line>;
  /** Those on which the rest of a body is waited for. */
  readonly held: Set<Line>;
  readonly holding: Sweeper;
};

/**
 * The short way: reads plain calls off their connections itself and answers them there, which costs less than Node's server
 * does (docs/decisions/0018). A connection that brings anything else, be it wrong, slow, or only unusual, is Node's
 * from its first such byte on, and stays so: every rule about requests is kept there, and none is here twice.
 */
export function openLane(server: Server, options: Options): Lane {
  const toNode = takeFrom(server);
  const lines = new Set<Line>();
  const held = new Set<Line>();
  const holding = createSweeper(HOLD_MS, () => {
    for (const line of longSince(held, () => HOLD_MS)) handOver(lane, line);
    return held.size > 0;
  });
  const lane: Keeping = { ...options, toNode, lines, held, holding };
  const listener = {
    onData: (line: Line, bytes: Buffer) => read(lane, line, bytes),
    onClose: (line: Line) => forget(lane, line),
  };
  const stopSweeping = sweepIdle(server, lane);
  server.on("connection", (socket: Socket) => {
    if (!socket.destroyed) lines.add(openLine(socket, listener));
  });
  return {
    closeIdle() {
      for (const line of lines) if (isIdle(line)) line.socket.destroy();
    },
    close() {
      holding.close();
      stopSweeping();
    },
  };
}

/** Takes the connections from Node's server; gives the way to hand it one, with what was read of it. */
function takeFrom(server: Server): Keeping["toNode"] {
  const listeners = server.listeners("connection");
  server.removeAllListeners("connection");
  return (socket, bytes) => {
    socket.pause();
    if (bytes) socket.unshift(bytes);
    for (const listener of listeners) Reflect.apply(listener, server, [socket]);
    socket.resume();
  };
}

/** Bodies come in a piece or two; whoever sends more slowly is watched by others (body-watch.ts). */
const PIECES_MAX = 4;
const HOLD_MS = 100;

function read(lane: Keeping, line: Line, bytes: Buffer): void {
  line.rest = line.rest === undefined ? bytes : Buffer.concat([line.rest, bytes]);
  if (line.call === undefined) take(lane, line, line.rest);
  // Sent ahead of its answer: it waits, and so does who sends it.
  else line.socket.pause();
}

function take(lane: Keeping, line: Line, bytes: Buffer): void {
  const request = lane.isOpen() ? readPlainRequest(bytes) : undefined;
  if (request === undefined) return handOver(lane, line);
  if (request.body === undefined) return ++line.pieces < PIECES_MAX ? hold(lane, line) : handOver(lane, line);
  lane.held.delete(line);
  line.rest = undefined;
  line.pieces = 0;
  line.isUsed = true;
  begin(lane, line, new LaneCall(request, line.socket, lane.sending));
}

/** All that came in this turn go on together, and into the journal with one write (docs/decisions/0012). */
function begin(lane: Keeping, line: Line, call: LaneCall): void {
  line.call = call;
  lane.sending.atTurnEnd(() => {
    lane.serve(call);
    call.onClose(() => next(lane, line));
  });
}

function next(lane: Keeping, line: Line): void {
  const { socket, rest } = line;
  line.call = undefined;
  line.sinceMs = performance.now();
  if (socket.destroyed || rest === undefined) return;
  socket.resume();
  take(lane, line, rest);
}

function hold({ held, holding }: Keeping, line: Line): void {
  if (held.has(line)) return;
  line.sinceMs = performance.now();
  held.add(line);
  holding.wake();
}

function handOver({ lines, held, toNode }: Keeping, line: Line): void {
  lines.delete(line);
  held.delete(line);
  line.leave();
  toNode(line.socket, line.rest);
}

function forget({ lines, held, serve, sending }: Keeping, line: Line): void {
  lines.delete(line);
  // Whoever leaves in the middle of a body leaves a record all the same.
  const request = held.delete(line) && line.rest ? readPlainRequest(line.rest) : undefined;
  if (request) serve(new LaneCall(request, line.socket, sending));
  line.call?.closed();
}

const LOOK_MS = 1_000;

/** Closes connections without a word on which nothing has come for too long: the first request is waited for less than the next. */
function sweepIdle(server: Server, { lines, limits }: Keeping): () => void {
  const limitMs = ({ isUsed }: Line) => (isUsed ? BOUNDS.keepAliveMs : limits.headersTimeoutMs);
  const sweeper = createSweeper(Math.min(LOOK_MS, Math.ceil(limits.headersTimeoutMs / 2)), () => {
    for (const line of longSince(lines, limitMs)) if (isIdle(line)) line.socket.destroy();
    return lines.size > 0;
  });
  server.on("connection", sweeper.wake);
  return sweeper.close;
}

function* longSince(lines: ReadonlySet<Line>, limitMs: (line: Line) => number): Generator<Line> {
  const nowMs = performance.now();
  for (const line of lines) if (nowMs - line.sinceMs >= limitMs(line)) yield line;
}
