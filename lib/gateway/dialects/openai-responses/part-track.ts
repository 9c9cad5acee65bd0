import { AppError } from "#lib/base/errors";
import type { Citation, Signature } from "#lib/gateway/conversation";
import type { PartOpening, ReplyEvent, TokenLogprob } from "#lib/gateway/reply";

type Tracked = { readonly key: string; readonly part: number; text: string; citations: number; hasLogprobs: boolean };

export type PartTrack = ReturnType<typeof createPartTrack>;

/**
 * Keeps the parts of a streamed answer one after the other: a part that begins ends the one before it. A part is known
 * by a key made of where it stands in the output, for there are upstreams whose item ids change from event to event.
 */
export function createPartTrack() {
  const known = new Map<string, Tracked>();
  let current: Tracked | undefined;

  const openOf = (key: string): Tracked => {
    if (current?.key === key) return current;
    throw new AppError("upstream_failed", "The upstream's stream goes back to a part that has ended.", { detail: key });
  };

  const close = (): readonly ReplyEvent[] => {
    const ended = current;
    current = undefined;
    return ended ? [{ kind: "part-end", choice: 0, part: ended.part }] : [];
  };

  const open = (key: string, of: PartOpening): readonly ReplyEvent[] => {
    if (known.has(key)) {
      openOf(key);
      return [];
    }
    const ended = close();
    current = { key, part: known.size, text: "", citations: 0, hasLogprobs: false };
    known.set(key, current);
    return [...ended, { kind: "part-start", choice: 0, part: current.part, of }];
  };

  const delta = (key: string, text: string): readonly ReplyEvent[] => {
    if (text === "") return [];
    const tracked = openOf(key);
    tracked.text += text;
    return [{ kind: "delta", choice: 0, part: tracked.part, text }];
  };

  /** Takes the whole text of a part and gives what was not streamed of it; where the two differ, what was streamed holds. */
  const settle = (key: string, whole: string): readonly ReplyEvent[] => {
    const said = known.get(key)?.text ?? "";
    return whole.startsWith(said) ? delta(key, whole.slice(said.length)) : [];
  };

  const cite = (key: string, citation: Citation): readonly ReplyEvent[] => {
    const tracked = openOf(key);
    tracked.citations++;
    return [{ kind: "citation", choice: 0, part: tracked.part, citation }];
  };

  /** Takes all citations of a part and gives those that were not streamed. */
  const settleCitations = (key: string, citations: readonly Citation[]): readonly ReplyEvent[] =>
    citations.slice(known.get(key)?.citations ?? 0).flatMap((citation) => cite(key, citation));

  const weigh = (key: string, tokens: readonly TokenLogprob[]): readonly ReplyEvent[] => {
    if (tokens.length === 0) return [];
    const tracked = openOf(key);
    tracked.hasLogprobs = true;
    return [{ kind: "logprobs", choice: 0, part: tracked.part, tokens }];
  };

  /** Takes all log-probabilities of a part, where none were streamed. */
  const settleLogprobs = (key: string, tokens: readonly TokenLogprob[]): readonly ReplyEvent[] =>
    known.get(key)?.hasLogprobs ? [] : weigh(key, tokens);

  const sign = (key: string, signature: Signature): readonly ReplyEvent[] =>
    current?.key === key ? [{ kind: "signature", choice: 0, part: current.part, signature }] : [];

  const has = (key: string): boolean => known.has(key);
  const isEmpty = (): boolean => known.size === 0;

  return { open, delta, settle, cite, settleCitations, weigh, settleLogprobs, sign, close, has, isEmpty };
}
