import type { UpstreamListener, UpstreamPort } from "#lib/gateway/ports";
import { type Act, scriptOf } from "#lib/gateway/providers/sandbox/script";

/** Plays the simulated upstream in process: its script is pure, this only keeps its time. Opens no socket. */
export const sandboxUpstream: UpstreamPort = {
  send(request, listener) {
    const operation = request.url.slice(request.url.lastIndexOf("/") + 1);
    const acts = scriptOf(Buffer.from(request.body ?? []).toString("utf8"), operation);
    const player = createPlayer(acts, listener, request.timeouts);
    player.schedule();
    return { abort: player.stop, pause: player.pause, resume: player.resume };
  },
};

function createPlayer(acts: readonly Act[], listener: UpstreamListener, timeouts: { firstByteMs: number }) {
  let at = 0;
  let isOver = false;
  let isPaused = false;
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;

  const stop = () => {
    isOver = true;
    clear(timer);
  };
  const schedule = () => {
    const act = acts[at];
    if (isOver || isPaused) return;
    if (act === undefined) {
      timer = setTimeout(giveUp, timeouts.firstByteMs);
      return;
    }
    timer = act.afterMs > 0 ? setTimeout(play, act.afterMs) : setImmediate(play);
  };
  const giveUp = () => {
    stop();
    listener.onFault({ kind: "first-byte-timeout", message: "the sandbox was asked to hang" });
  };
  const play = () => {
    // Acts without a pause are played at once, as an upstream that writes them together.
    do {
      const act = acts[at];
      if (act === undefined || isOver) return;
      at++;
      perform(act, listener, stop);
    } while (!isOver && !isPaused && acts[at]?.afterMs === 0);
    schedule();
  };
  return {
    schedule,
    stop,
    pause: () => {
      isPaused = true;
      clear(timer);
    },
    resume: () => {
      if (!isPaused) return;
      isPaused = false;
      schedule();
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
