import { AppError } from "#lib/base/errors";
import { digestsEqual } from "#lib/platform/key-hash";
import type { Gateway } from "#lib/runtime";
import type { Overload } from "../overload.ts";
import { answer, refuse } from "./answer.ts";
import type { Exchange, Incoming } from "./exchange.ts";

type Parts = {
  readonly gateway: Pick<Gateway, "config" | "problems" | "metrics">;
  readonly overload: Overload;
  readonly isDraining: () => boolean;
};

type OwnRoute = (parts: Parts, exchange: Exchange) => Promise<void>;

/** Shorter bouts of shedding end before a balancer would have moved anyone. */
const SHEDDING_MS = 5_000;

/** What the gateway answers about itself; it does so under any load. */
export const OWN_ROUTES: ReadonlyMap<string, OwnRoute> = new Map<string, OwnRoute>([
  ["/healthz", async (_parts, { outgoing }) => answer(outgoing, 200, { status: "ok" })],
  [
    "/readyz",
    async (parts, { outgoing }) => {
      const problems = problemsOf(parts);
      const isReady = problems.length === 0;
      answer(outgoing, isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", problems });
    },
  ],
  [
    "/metrics",
    async ({ gateway }, { incoming, outgoing }) => {
      if (!hasToken(incoming, gateway.config.METRICS_TOKEN))
        return refuse(incoming, outgoing, new AppError("missing_api_key", "Metrics need their token."));
      const text = await gateway.metrics.render();
      outgoing.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
      outgoing.end(text);
    },
  ],
]);

function problemsOf({ gateway, overload, isDraining }: Parts): readonly string[] {
  if (isDraining()) return ["draining"];
  const isOverloaded = overload.sheddingMs() > SHEDDING_MS;
  return isOverloaded ? [...gateway.problems(), "overloaded"] : gateway.problems();
}

/** Without a configured token there is none that fits: metrics are never open. */
function hasToken(incoming: Incoming, token: string | undefined): boolean {
  const presented = (incoming.headers.authorization ?? "").replace(/^bearer /i, "");
  return token !== undefined && digestsEqual(Buffer.from(presented), Buffer.from(token));
}
