import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openDialer } from "#lib/drivers/upstream.undici";
import type { GatewayDeps } from "#lib/gateway/ports";
import type { Model } from "#lib/gateway/routing/table";
import { serveGateway } from "#lib/mounts/node";
import { type Bench, benchOf } from "./gateway.ts";

export type GatewayDoor = {
  readonly origin: string;
  readonly bench: Bench;
  /** Everything that was written to the log. */
  readonly logged: readonly unknown[];
  readonly close: () => Promise<void>;
};

/** The gateway core behind a real node:http door, in front of what the models name as their upstreams. */
export async function openGatewayDoor(
  models: readonly Model[],
  given: Partial<GatewayDeps> = {},
): Promise<GatewayDoor> {
  const dialer = openDialer();
  const logged: unknown[] = [];
  const keep = (...said: readonly unknown[]) => void logged.push(said);
  const bench = benchOf(models, { upstream: dialer, log: { error: keep, warn: keep }, ...given });
  const server = createServer((incoming, outgoing) => {
    serveGateway(incoming, outgoing, { deps: bench.deps, streams: new Set() }).catch((error) =>
      outgoing.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    bench,
    logged,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await dialer.close();
    },
  };
}
