import type { SilencePort, UpstreamCall } from "../ports.ts";
import type { ReplySink } from "../request.ts";

export type Outlet = {
  readonly write: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly pump: (sink: ReplySink) => void;
  readonly heldBytes: () => number;
  /** Stops watching: nothing more will come, and nobody is to be told. */
  readonly drop: () => void;
};

type Options = {
  readonly upstream: () => UpstreamCall;
  readonly silence: SilencePort;
  /** What keeps the caller's connection from being taken for dead while the upstream is silent; nothing where there is no such thing. */
  readonly keepAlive: Uint8Array;
  /** Told of a silence while there is no sink yet; says whether there will be one now. */
  readonly onSilent: () => boolean;
};

/** Holds bytes back until a sink is there, then pushes; pauses the upstream while the caller reads too slowly. */
export function createOutlet({ upstream, silence, keepAlive, onSilent }: Options): Outlet {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let sink: ReplySink | undefined;
  let isEnded = false;
  const push = (to: ReplySink, bytes: Uint8Array) => {
    if (to.write(bytes)) return;
    upstream().pause();
    to.onDrain(() => upstream().resume());
  };
  const put = (bytes: Uint8Array) => {
    if (sink) return push(sink, bytes);
    held.push(bytes);
    heldBytes += bytes.length;
  };
  const watch = silence.watch(() => {
    const isTold = sink !== undefined || onSilent();
    if (isTold && keepAlive.length > 0) put(keepAlive);
  });
  return {
    write(bytes) {
      if (bytes.length === 0) return;
      watch.touch();
      put(bytes);
    },
    end() {
      isEnded = true;
      watch.stop();
      sink?.end();
    },
    pump(to) {
      sink = to;
      for (const bytes of held) push(to, bytes);
      held = [];
      heldBytes = 0;
      if (isEnded) to.end();
    },
    heldBytes: () => heldBytes,
    drop: watch.stop,
  };
}
