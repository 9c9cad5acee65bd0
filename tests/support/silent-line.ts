import { connect, createServer, type Socket } from "node:net";
import { findFreePort } from "#scripts/postgres/scratch";

export type SilentLine = {
  /** The same database, over this line. */
  readonly databaseUrl: string;
  /** From now on nothing is passed on, and nothing is closed: as when a server hangs. */
  readonly fallSilent: () => void;
  readonly close: () => Promise<void>;
};

/** A line to a database that can fall silent. */
export async function openSilentLine(databaseUrl: string): Promise<SilentLine> {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => isSilent || to.write(bytes));
      from.on("error", () => undefined);
      from.on("end", () => isSilent || to.end());
      from.on("close", () => isSilent || to.destroy());
    }
  });
  url.port = String(await findFreePort());
  await new Promise<void>((resolve) => server.listen(Number(url.port), "127.0.0.1", resolve));
  return {
    databaseUrl: url.href,
    fallSilent: () => {
      isSilent = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
