import { memory } from "./memory.ts";
import { plain } from "./plain.ts";
import type { RowName, RowPlan } from "./row.ts";
import { scale } from "./scale.ts";
import { stream } from "./stream.ts";
import { translated, translatedStream } from "./translated.ts";

/** Every row, in the order in which they are measured. */
export const ROWS: Readonly<Record<RowName, RowPlan>> = {
  plain,
  stream,
  memory,
  translated,
  "translated-stream": translatedStream,
  scale,
};
