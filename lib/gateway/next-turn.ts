import { BOUNDS } from "./bounds.ts";
import type { Span } from "./json-scan.ts";

/** Lets everything else have its turn of the event loop. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Gives spans of bytes one by one, and between them a turn of the event loop whenever `turnBytesMax` have gone by. */
export async function* inTurns(spans: Iterable<Span>): AsyncGenerator<Span> {
  let turnEnd = BOUNDS.turnBytesMax;
  for (const span of spans) {
    yield span;
    if (span.end < turnEnd) continue;
    turnEnd = span.end + BOUNDS.turnBytesMax;
    await nextTurn();
  }
}
