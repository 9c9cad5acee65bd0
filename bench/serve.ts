import { fork } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export type ServerProcess = { readonly pid: number; readonly url: string; readonly stop: () => Promise<void> };

/** In a child: listens on loopback, tells the parent its port, and ends with the parent. */
export function serve(server: Server, port = 0): void {
  server.keepAliveTimeout = 60_000;
  server.listen(port, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit());
}

/** In the parent: starts a file that calls `serve` as a process of its own and waits for its port. */
export async function startServer(file: string, args: readonly string[] = []): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { env: { NODE_ENV: "production" } });
  const exited = once(child, "exit");
  const port = await Promise.race([
    once(child, "message").then(([message]) => Number(message)),
    exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${code} before it listened`))),
  ]);
  if (child.pid === undefined) throw new Error(`${file} has no process`);
  const stop = async () => {
    child.kill();
    await exited;
  };
  return { pid: child.pid, url: `http://127.0.0.1:${port}`, stop };
}
