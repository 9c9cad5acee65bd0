import type { Incoming, Outgoing } from "./exchange.ts";

type Open = { readonly incoming: Incoming; readonly outgoing: Outgoing };

/** Which answers are still owed on which HTTP/1.1 connection, in the order of their requests. */
export type Exchanges = {
  readonly add: (incoming: Incoming, outgoing: Outgoing) => void;
  readonly on: (socket: object) => readonly Open[];
};

export function createExchanges(): Exchanges {
  const open = new WeakMap<object, Open[]>();
  return {
    add(incoming, outgoing) {
      if (incoming.httpVersionMajor !== 1) return;
      const { socket } = incoming;
      const here = open.get(socket) ?? [];
      const entry = { incoming, outgoing };
      here.push(entry);
      open.set(socket, here);
      outgoing.once("close", () => here.splice(here.indexOf(entry), 1));
    },
    on: (socket) => open.get(socket) ?? [],
  };
}
