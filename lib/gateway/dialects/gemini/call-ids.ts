import type { DecodeContext } from "#lib/gateway/dialects/codec";

/** Gives every tool call an id, and every result the id of the call it answers. */
export type CallIds = {
  readonly ofCall: (name: string, given: string | undefined) => string;
  readonly ofResult: (name: string, given: string | undefined) => string;
};

/** Reads the ids of a request: a result without one answers the earliest unanswered call of its name. */
export function createRequestCallIds(): CallIds {
  const known = new Set<string>();
  const answered = new Set<string>();
  const queues = new Map<string, { readonly ids: string[]; next: number }>();
  let minted = 0;
  const mint = () => `call_${minted++}`;
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? { ids: [], next: 0 };
    queues.set(name, queue);
    return queue;
  };
  const nextOf = (name: string) => {
    const queue = queueOf(name);
    while (answered.has(queue.ids[queue.next] ?? "")) queue.next++;
    return queue.ids[queue.next];
  };
  return {
    ofCall(name, given) {
      const id = given ?? mint();
      known.add(id);
      queueOf(name).ids.push(id);
      return id;
    },
    ofResult(name, given) {
      const id = given !== undefined && known.has(given) ? given : (nextOf(name) ?? given ?? mint());
      answered.add(id);
      return id;
    },
  };
}

/** Reads the ids of an answer: at most 40 characters, which every dialect takes. */
export function createReplyCallIds({ requestId }: DecodeContext): CallIds {
  const stem = `call_${requestId.replaceAll("-", "").slice(0, 32)}`;
  let minted = 0;
  const idOf = (_name: string, given: string | undefined) => given ?? `${stem}${minted++}`;
  return { ofCall: idOf, ofResult: idOf };
}
