import type { UpstreamCall } from "../ports.ts";
import type { ReplySink } from "../request.ts";

export type Outlet = {
  readonly write: (bytes: Uint8Array) => void;
  readonly end: () => void;
  readonly pump: (sink: ReplySink) => void;
  readonly heldBytes: () => number;
};

/** Holds bytes back until a sink is there, then pushes; pauses the upstream while the caller reads too slowly. */
export function createOutlet(upstream: () => UpstreamCall): Outlet {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let sink: ReplySink | undefined;
  let isEnded = false;
  const push = (to: ReplySink, bytes: Uint8Array) => {
    if (to.write(bytes)) return;
    upstream().pause();
    to.onDrain(() => upstream().resume());
  };
  return {
    write(bytes) {
      if (bytes.length === 0) return;
      if (sink) return push(sink, bytes);
      held.push(bytes);
      heldBytes += bytes.length;
    },
    end() {
      isEnded = true;
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
  };
}
