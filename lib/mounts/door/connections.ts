import type { Server, Socket } from "node:net";
import { addressGroup } from "#lib/base/address-group";
import { isTrusted, type TrustedProxies } from "../trusted-proxies.ts";
import type { DoorLimits } from "./limits.ts";

export type Connections = {
  readonly open: () => number;
  /** Connections turned away since the start: there were too many, in all or from one address. */
  readonly refused: () => { readonly total: number; readonly address: number };
  readonly closeAll: () => void;
};

type Options = {
  readonly limits: Pick<DoorLimits, "connectionsMax" | "connectionsPerAddressMax">;
  /** Proxies of ours carry many callers: they count in the total only. */
  readonly trusted: TrustedProxies;
};

/** Bounds how many connections there are. One too many is closed before a byte of it is read. */
export function boundConnections(server: Server, { limits, trusted }: Options): Connections {
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const refused = { total: 0, address: 0 };
  server.maxConnections = limits.connectionsMax;
  server.on("drop", () => {
    refused.total++;
  });
  server.prependListener("connection", (socket: Socket) => {
    const remote = socket.remoteAddress ?? "";
    const group = isTrusted(trusted, remote) ? undefined : addressGroup(remote);
    const count = group === undefined ? 0 : (perAddress.get(group) ?? 0);
    if (count >= limits.connectionsPerAddressMax) {
      refused.address++;
      return void socket.destroy();
    }
    sockets.add(socket);
    if (group !== undefined) perAddress.set(group, count + 1);
    socket.once("close", () => {
      sockets.delete(socket);
      if (group !== undefined) release(perAddress, group);
    });
  });
  return {
    open: () => sockets.size,
    refused: () => ({ ...refused }),
    closeAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function release(perAddress: Map<string, number>, group: string): void {
  const left = (perAddress.get(group) ?? 1) - 1;
  if (left > 0) perAddress.set(group, left);
  else perAddress.delete(group);
}
