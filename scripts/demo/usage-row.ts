import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Reply } from "./ask-streamed.ts";
import { print } from "./print.ts";
import type { Switchyard } from "./start-switchyard.ts";

const POLL_MS = 200;
/** Rows are written in batches behind the request. */
const ROW_MS = 15_000;

const Row = z.object({
  servedModel: z.string(),
  provider: z.string(),
  outcome: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.string(),
  durationMs: z.number(),
});

type Asked = { readonly switchyard: Switchyard; readonly reply: Reply; readonly signal: AbortSignal };

/** Reads the request back through the Admin API and prints what was metered. Throws when it is not what was streamed. */
export async function readUsage({ switchyard, reply, signal }: Asked) {
  const url = `${switchyard.url}/api/admin/v1/requests/${reply.requestId}`;
  const headers = { authorization: `Bearer ${switchyard.keys.admin}` };
  const untilMs = performance.now() + ROW_MS;
  let response = await fetch(url, { headers, signal });
  while (response.status !== 200 && performance.now() < untilMs) {
    await response.body?.cancel();
    await sleep(POLL_MS, undefined, { signal });
    response = await fetch(url, { headers, signal });
  }
  if (response.status !== 200)
    throw new Error(`No usage row within ${ROW_MS / 1000} s: ${url} answers ${response.status}.`);
  const row = Row.parse(await response.json());
  check(row, reply);
  print(`  ${reply.requestId}  ${row.servedModel} by ${row.provider}, ${row.outcome} in ${row.durationMs} ms`);
  print(`  ${row.inputTokens} tokens in, ${row.outputTokens} out, cost ${row.costUsd} USD`);
}

function check(row: z.infer<typeof Row>, reply: Reply) {
  const isSame = row.inputTokens === reply.promptTokens && row.outputTokens === reply.completionTokens;
  if (row.outcome !== "completed" || row.servedModel !== reply.model || !isSame || Number(row.costUsd) <= 0) {
    throw new Error(`The usage row of ${reply.model} is not what was streamed: ${JSON.stringify({ row, reply })}`);
  }
}
