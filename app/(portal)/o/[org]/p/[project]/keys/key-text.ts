import type { KeyRow } from "./queries.ts";

const SHOWN_CHARS = 6;

/** Gives what may be shown of a key: enough to tell it from the others, nothing that opens anything. */
export const keyText = ({ kind, publicId, last4 }: Pick<KeyRow, "kind" | "publicId" | "last4">) =>
  `sk-sy-${kind}-${publicId.slice(0, SHOWN_CHARS)}…${last4}`;
