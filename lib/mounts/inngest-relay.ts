import { Inngest } from "inngest";
import { eventOf, INNGEST_APP } from "./inngest-host.ts";
import type { Perform } from "./pg-queue.ts";

/** Gives the way a queued job is done when Inngest is the host: its event is handed on, and retried by the queue until it is taken. */
export function createInngestRelay(secretsKey: string): Perform {
  const client = new Inngest({ id: INNGEST_APP });
  return async (job, payload, runId) => {
    await client.send(eventOf(job, payload, { runId, secretsKey }));
    return { isRelayed: true };
  };
}
