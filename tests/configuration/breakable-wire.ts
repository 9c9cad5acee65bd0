import type { AddressInfo } from "node:net";
import { createServer, connect as dial, type Server, type Socket } from "node:net";

/** A TCP relay in front of a database that can be cut and mended, so that a test can take the database away. */
export async function openWire(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  };
  const listen = (port: number) =>
    new Promise<Server>((resolve) => {
      const server = createServer((inner) => {
        const outer = dial(Number(target.port), target.hostname);
        keep(inner);
        keep(outer);
        inner.pipe(outer).on("close", () => inner.destroy());
        outer.pipe(inner).on("close", () => outer.destroy());
      });
      server.listen(port, "127.0.0.1", () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = `${port}`;
  return {
    databaseUrl: url.href,
    cut,
    mend: async () => {
      server = await listen(port);
    },
  };
}
