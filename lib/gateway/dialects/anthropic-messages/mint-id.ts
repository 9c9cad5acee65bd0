import type { DecodeContext } from "#lib/gateway/dialects/codec";

/** Makes ids for tool calls that came without one, different within an answer and the same whenever it is read. */
export function createMint({ requestId }: DecodeContext): () => string {
  const stem = `call_${requestId.replaceAll("-", "").slice(0, 32)}`;
  let minted = 0;
  return () => `${stem}${minted++}`;
}

const MARK = "msg_";

/** Gives a reply's id as this dialect writes them. */
export const messageIdOf = (id: string): string => (id.startsWith(MARK) ? id : `${MARK}${id}`);
