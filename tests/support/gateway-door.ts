import { openDialer } from "#lib/drivers/upstream.http1";
import type { GatewayDeps } from "#lib/gateway/ports";
import type { Model } from "#lib/gateway/routing/table";
import { coreListener, listen } from "./core-door.ts";
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
  const { origin, close } = await listen(coreListener(bench.deps));
  return {
    origin,
    bench,
    logged,
    close: async () => {
      await close();
      await dialer.close();
    },
  };
}
