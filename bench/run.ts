import { benchConfiguration } from "./configuration.ts";
import { openDatabase } from "./database.ts";
import { gatewayTarget } from "./gateway.ts";
import { startLoadGenerator } from "./load-generator.ts";
import { readOptions } from "./options.ts";
import { isMet, tableOf, writeResults } from "./report.ts";
import { ROWS } from "./rows/all.ts";
import type { Row, RowPlan } from "./rows/row.ts";
import { startServer } from "./serve.ts";
import { baselineTarget } from "./targets.ts";

const options = readOptions(process.argv.slice(2));
const plans = options.rows.map((name) => ROWS[name]);
const upstream = await startServer("./upstream.ts");
const generator = startLoadGenerator();
const needsGateway = !options.isSelf || plans.some(({ baseline }) => baseline === "gateway");
const models = plans.flatMap((plan) => plan.models);
const database = needsGateway ? await openDatabase(benchConfiguration(upstream.url, models)) : undefined;

try {
  const rows: Row[] = [];
  for (const plan of plans) {
    const row = await runRow(plan);
    process.stdout.write(`${tableOf([row])}\n\n`);
    rows.push(row);
  }
  process.stdout.write(`Written to ${writeResults(rows, options)}\n`);
  if (options.isAsserted && !rows.every(isMet)) process.exitCode = 1;
} finally {
  await generator.stop();
  await database?.close();
  await upstream.stop();
}

/** A row in which one request has no usage row, or two, has not measured a governed gateway. */
async function runRow(plan: RowPlan): Promise<Row> {
  const openGateway = database && gatewayTarget(database);
  const openBaseline = plan.baseline === "gateway" ? openGateway : baselineTarget(plan.baseline, upstream.url);
  if (openBaseline === undefined) throw new Error(`${plan.baseline} is not there to be measured`);
  const openSubject = options.isSelf || !database ? openBaseline : gatewayTarget(database, plan.processes);
  const before = options.isSelf ? undefined : await database?.usageRequests();
  const { isQuick } = options;
  const row = await plan.run({ generator, openBaseline, openSubject, upstreamPid: upstream.pid, isQuick });
  const after = options.isSelf ? undefined : await database?.usageRequests();
  if (before !== undefined && after !== undefined && after - before !== row.requests) {
    throw new Error(`${row.requests} requests left ${after - before} in the usage rows`);
  }
  return row;
}
