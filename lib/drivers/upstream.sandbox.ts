import type { UpstreamFault, UpstreamListener, UpstreamPort } from "#lib/gateway/ports";
import { type Act, scriptOf } from "#lib/gateway/providers/sandbox/script";

const NOTHING = Buffer.from("{}");
const CHARS_PER_TURN = 32 * 1024;

/** Plays the simulated upstream in process: its script is pure, this only keeps its time. Opens no socket. */
export const sandboxUpstream: UpstreamPort = {
  send(request, listener) {
    const operation = request.url.slice(request.url.lastIndexOf("/") + 1);
    const read = () => scriptOf(request.body ?? NOTHING, operation);
    const player = createPlayer(read, listener, request.timeouts);
    return { abort: player.stop, pause: player.pause, resume: player.resume };
  },
};

function createPlayer(
  read: () => Iterable<Act>,
  listener: UpstreamListener,
  timeouts: { readonly firstByteMs: number; readonly totalMs: number },
) {
  let acts: Iterator<Act> | undefined;
  let next: Act | undefined;
  let isOver = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined = setImmediate(start);
  const deadline = setTimeout(() => fail("total-timeout", "the sandbox was asked to be slow"), timeouts.totalMs);

  function start(): void {
    step();
    schedule();
  }
  /** Nobody above would catch what is thrown here: it is this upstream's fault, and the process goes on. */
  function step(): void {
    try {
      acts ??= read()[Symbol.iterator]();
      const { value, done } = acts.next();
      next = done ? undefined : value;
    } catch (error) {
      fail("network", `the sandbox failed: ${error}`);
    }
  }
  function stop(): void {
    isOver = true;
    clear(timer);
    clearTimeout(deadline);
  }
  function fail(kind: UpstreamFault["kind"], message: string): void {
    stop();
    listener.onFault({ kind, message });
  }
  function schedule(): void {
    if (isOver || isPaused) return;
    if (next === undefined) timer = setTimeout(giveUp, timeouts.firstByteMs);
    else if (next.afterMs === 0) timer = setImmediate(play);
    // A piece that is never due must not overflow the timer: the deadline comes before it.
    else if (next.afterMs < timeouts.totalMs) timer = setTimeout(play, next.afterMs);
  }
  function giveUp(): void {
    fail("first-byte-timeout", "the sandbox was asked to hang");
  }
  /** Acts without a pause are played together, as an upstream that writes them at once, up to what one turn may take. */
  function play(): void {
    let chars = 0;
    do {
      if (next === undefined) break;
      chars += next.kind === "data" ? next.text.length : 0;
      const act = next;
      step();
      if (!isOver) perform(act, listener, stop);
    } while (!isOver && !isPaused && next?.afterMs === 0 && chars < CHARS_PER_TURN);
    schedule();
  }
  return {
    stop,
    pause: () => {
      isPaused = true;
      if (acts !== undefined) clear(timer);
    },
    resume: () => {
      if (!isPaused) return;
      isPaused = false;
      if (acts !== undefined) schedule();
    },
  };
}

function perform(act: Act, listener: UpstreamListener, stop: () => void): void {
  switch (act.kind) {
    case "head":
      return listener.onHead(act.status, (name) => act.headers[name]);
    case "data":
      return listener.onData(Buffer.from(act.text));
    case "end":
      stop();
      return listener.onEnd();
    case "reset":
      stop();
      return listener.onFault({ kind: "network", message: "the sandbox was asked to reset" });
  }
}

function clear(timer: NodeJS.Timeout | NodeJS.Immediate | undefined): void {
  if (timer === undefined) return;
  clearTimeout(timer as NodeJS.Timeout);
  clearImmediate(timer as NodeJS.Immediate);
}
