import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { checkBooks, type Finding } from "#lib/ledger/books";
import { leftBehindIn } from "#lib/ledger/journal/left-behind";
import { findFreePort } from "#scripts/postgres/scratch";
import { type GatewayProcess, startGatewayProcess } from "#tests/support/gateway-process";
import { createInstallation, documentFor, type Installation } from "#tests/support/installation";
import { type OpenAiUpstream, startOpenAiUpstream } from "#tests/support/openai-upstream";
import { sendTraffic, type Tally } from "#tests/support/traffic";

const WITHOUT_JOURNAL = fileURLToPath(new URL("../../support/gateway-without-journal.ts", import.meta.url));

type Scene = { installation: Installation; gateway: GatewayProcess; upstream: OpenAiUpstream };
let scene: Scene | undefined;
afterEach(async () => {
  await scene?.gateway.stop();
  await scene?.upstream.close();
  await scene?.installation.close();
  scene = undefined;
});

async function setTheScene(entry?: string): Promise<Scene> {
  const port = await findFreePort();
  const upstream = await startOpenAiUpstream({ pauseMs: 30, words: 6 });
  const installation = await createInstallation(documentFor(upstream.url));
  const gateway = await startGatewayProcess({ port, entry, environment: installation.environment });
  scene = { installation, gateway, upstream };
  return scene;
}

/** Waits until nothing is left to replay, then looks at the books and at what the upstream received. */
async function lookAtBooks(
  { installation, upstream }: Scene,
  looks = 60,
): Promise<{ findings: readonly Finding[]; missing: string[]; twice: number }> {
  const sql = new pg.Pool({ connectionString: installation.databaseUrl, max: 2 });
  try {
    const ids = [...new Set(upstream.received.map(({ requestId }) => requestId))];
    let missing = ids;
    for (let look = 0; look < looks && missing.length > 0; look++) {
      const { rows } = await sql.query<{ id: string }>(
        "SELECT id FROM unnest($1::uuid[]) AS id WHERE id NOT IN (SELECT id FROM usage_event)",
        [ids],
      );
      missing = rows.map(({ id }) => id);
      if (missing.length > 0) await sleep(500);
    }
    const { rows } = await sql.query<{ n: number }>(
      "SELECT (count(*) - count(DISTINCT id))::int AS n FROM usage_event WHERE id = ANY($1::uuid[])",
      [ids],
    );
    const findings = await checkBooks({ sql, leftBehind: await leftBehindIn(installation.dataDir, sql) });
    return { findings, missing, twice: rows[0]?.n ?? -1 };
  } finally {
    await sql.end();
  }
}

const differencesIn = (findings: readonly Finding[]) => findings.flatMap(({ differences }) => differences);

async function crashTwice({ gateway, installation }: Scene, isDatabaseStopped: boolean): Promise<void> {
  await sleep(1_200);
  await gateway.kill();
  await gateway.waitUntilReady();
  await sleep(700);
  if (isDatabaseStopped) {
    await installation.stopDatabase();
    await sleep(10_000);
    await installation.startDatabase();
    await sleep(700);
  }
  await gateway.kill();
  await gateway.waitUntilReady();
}

/** At least `count` requests, and on until the crashes are over: they must hit a gateway at work. */
async function underTraffic(set: Scene, count: number, crashing: Promise<void>): Promise<Tally> {
  let isOver = false;
  void crashing.finally(() => {
    isOver = true;
  });
  const { gateway, installation } = set;
  const traffic = sendTraffic({
    url: () => gateway.url,
    key: installation.keys.live,
    count,
    concurrency: 64,
    hangUpPercent: 10,
    isOver: () => isOver,
  });
  const [tally] = await Promise.all([traffic, crashing]);
  return tally;
}

describe("2,000 requests, 64 at once, a tenth hung up, the gateway killed twice, the database away for 10 s", () => {
  it("leave exactly one usage row for every request the upstream received, and rollups that are the sum of the rows", async () => {
    const set = await setTheScene();
    const tally = await underTraffic(set, 2_000, crashTwice(set, true));
    const { findings, missing, twice } = await lookAtBooks(set);
    expect(tally.sent).toBeGreaterThanOrEqual(2_000);
    expect(tally.answered).toBeGreaterThan(1_500);
    expect(tally.hungUp).toBeGreaterThan(100);
    expect(missing).toEqual([]);
    expect(twice).toBe(0);
    expect(differencesIn(findings)).toEqual([]);
  }, 150_000);

  it("turn the books red when duplicates are not told apart", async () => {
    const set = await setTheScene();
    await countDuplicates(set.installation.databaseUrl);
    await underTraffic(set, 500, crashTwice(set, false));
    await sleep(7_000);
    const { findings } = await lookAtBooks(set);
    expect(differencesIn(findings).join("\n")).toContain("rollup");
  }, 90_000);

  it("turn the books red when there is no journal", async () => {
    const set = await setTheScene(WITHOUT_JOURNAL);
    await underTraffic(set, 500, crashTwice(set, false));
    // What the journal would have held is gone for good: twice the replay interval is long enough to know.
    const { missing } = await lookAtBooks(set, 20);
    expect(missing.length).toBeGreaterThan(0);
  }, 90_000);
});

/** Replaces usage_apply by one whose rollups count every row that comes, new or not. */
async function countDuplicates(databaseUrl: string): Promise<void> {
  const file = join(fileURLToPath(new URL("../../../prisma/functions/", import.meta.url)), "usage.sql");
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf("CREATE OR REPLACE FUNCTION usage_apply");
  const body = text.slice(begin, text.indexOf("-- Makes the partitions"));
  const broken = body.replaceAll("FROM incoming JOIN inserted USING (id)", "FROM incoming");
  expect(broken).not.toBe(body);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(broken);
  await client.end();
}
