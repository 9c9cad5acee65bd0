import type { Exchange } from "./exchange.ts";

/** Which answers are still owed on which HTTP/1.1 connection, in the order of their requests. */
export type Exchanges = {
  readonly add: (exchange: Exchange) => void;
  readonly on: (socket: object) => readonly Exchange[];
};

export function createExchanges(): Exchanges {
  const open = new WeakMap<object, Exchange[]>();
  return {
    add(exchange) {
      const { incoming } = exchange;
      if (incoming.httpVersionMajor !== 1) return;
      const here = open.get(incoming.socket) ?? [];
      if (here.push(exchange) === 1) open.set(incoming.socket, here);
      exchange.onClose(() => here.splice(here.indexOf(exchange), 1));
    },
    on: (socket) => open.get(socket) ?? [],
  };
}
