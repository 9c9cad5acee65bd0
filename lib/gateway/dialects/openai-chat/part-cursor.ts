import { AppError } from "#lib/base/errors";
import type { Citation, Signature } from "#lib/gateway/conversation";
import type { Finish, PartOpening, ReplyEvent, TokenLogprob } from "#lib/gateway/reply";

/** Turns what arrives within one choice into parts that come strictly one after the other. */
export type PartCursor = {
  readonly openKind: () => PartOpening["kind"] | undefined;
  /** Whether the open part is the one of this key. */
  readonly isOpen: (key: string) => boolean;
  /** Starts a part; the one before it ends. */
  readonly start: (of: PartOpening, key: string) => void;
  /** Starts and ends a part that comes whole. */
  readonly whole: (of: PartOpening) => void;
  readonly text: (text: string) => void;
  readonly sign: (signature: Signature) => void;
  readonly cite: (citation: Citation) => void;
  readonly weigh: (tokens: readonly TokenLogprob[]) => void;
  readonly end: () => void;
  readonly finish: (finish: Finish) => void;
  readonly isFinished: () => boolean;
  /** Gives the events since the last time. */
  readonly drain: () => readonly ReplyEvent[];
};

/** Starts a cursor before the first part of a choice. */
export function createPartCursor(choice: number): PartCursor {
  let events: ReplyEvent[] = [];
  let open: { readonly kind: PartOpening["kind"]; readonly key: string } | undefined;
  let part = -1;
  let isFinished = false;

  function end() {
    if (open !== undefined) events.push({ kind: "part-end", choice, part });
    open = undefined;
  }

  function start(of: PartOpening, key: string) {
    if (isFinished) throw new AppError("upstream_failed", "The upstream went on after it had finished.");
    end();
    part += 1;
    open = { kind: of.kind, key };
    events.push({ kind: "part-start", choice, part, of });
  }

  return {
    openKind: () => open?.kind,
    isOpen: (key) => open?.key === key,
    start,
    whole: (of) => {
      start(of, "");
      end();
    },
    text: (text) => events.push({ kind: "delta", choice, part, text }),
    sign: (signature) => events.push({ kind: "signature", choice, part, signature }),
    cite: (citation) => events.push({ kind: "citation", choice, part, citation }),
    weigh: (tokens) => events.push({ kind: "logprobs", choice, part, tokens }),
    end,
    finish: (finish) => {
      end();
      isFinished = true;
      events.push({ kind: "finish", choice, finish });
    },
    isFinished: () => isFinished,
    drain: () => {
      const drained = events;
      events = [];
      return drained;
    },
  };
}
