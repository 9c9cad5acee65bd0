import { Agent, request } from "node:http";
import { expect, inject, it } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { askDatabase } from "#tests/support/edge-usage";
import { ATTACKER, expectUnharmed, serverErrors, underAttack } from "#tests/support/under-attack";

const FLOOD = 1_500;

type Told = { readonly status: number; readonly body: string; readonly retryAfter: string | undefined };

type From = { readonly localAddress?: string; readonly agent?: Agent };

/** Asks with a credential, from the attacker's address or another, on a connection of its own or a kept one. */
function askWith(credential: string, { localAddress = ATTACKER, agent }: From = {}): Promise<Told> {
  const { port } = inject("edge");
  const headers = { authorization: `Bearer ${credential}` };
  return new Promise((resolve, reject) => {
    const asked = request({ port, path: "/v1/models", localAddress, headers, agent: agent ?? false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, body, retryAfter: answer.headers["retry-after"] }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

const CALLERS = 32;

async function flood(presentedOf: () => string): Promise<readonly Told[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const answers: Told[] = [];
  let left = FLOOD;
  const caller = async () => {
    while (left-- > 0) answers.push(await askWith(presentedOf(), { agent }));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  agent.destroy();
  return answers;
}

const random = () => Math.random().toString(36).repeat(4);
const WRONG: readonly (readonly [string, () => string])[] = [
  ["random", random],
  ["of the right shape, with a wrong checksum", () => `${mintKey("live").secret.slice(0, -1)}-`],
  ["right but unknown", () => mintKey("live").secret],
  [
    "tokens that nobody signed",
    () => `eyJhbGciOiJFZERTQSIsImtpZCI6InoifQ.${Buffer.from(random()).toString("base64url")}.AAAA`,
  ],
  ["good once and revoked", () => inject("edge").revokedKey],
];

it("C9: floods of wrong keys are refused without asking the database, and a good key from the same address is not", async () => {
  const lookedUp = async () => {
    const rows = await askDatabase<{ calls: number }>(
      "SELECT coalesce(sum(n_tup_ins + n_tup_upd + seq_scan + idx_scan), 0)::int AS calls FROM pg_stat_user_tables WHERE relname = 'api_key'",
    );
    return rows[0]?.calls ?? 0;
  };
  const before = await lookedUp();
  const report = await underAttack(async (round) => {
    const [title, presentedOf] = WRONG[round % WRONG.length] ?? ["random", random];
    const good = await askWith(inject("edge").key);
    const answers = await flood(presentedOf);
    // Whoever shares the address with the attacker goes on.
    expect([good.status, (await askWith(inject("edge").key)).status]).toEqual([200, 200]);
    expect({
      title,
      statuses: [...new Set(answers.map(({ status }) => status))].filter((status) => ![401, 429].includes(status)),
    }).toEqual({ title, statuses: [] });
    const limited = answers.filter(({ status }) => status === 429);
    // The same key again and again is a client that was not told: it is refused from memory, and hardly counted.
    const presented = new Set([presentedOf(), presentedOf()]);
    if (presented.size > 1) expect(limited.length).toBeGreaterThan(FLOOD / 2);
    expect(limited.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
  });
  expectUnharmed(report);
  // Of 7,500 wrong keys at most what an address may fail with in a minute or two is ever looked up.
  expect((await lookedUp()) - before).toBeLessThan(400);
});

it("C9: of a wrong key nobody learns what is wrong with it: one is told as another", async () => {
  const { adminKey } = inject("edge");
  const kinds: typeof WRONG = [
    ...WRONG,
    ["of the test kind", () => mintKey("test").secret],
    ["of another API", () => adminKey],
  ];
  // An address each, for none of them is to be refused for their number.
  const told = await Promise.all(
    kinds.map(async ([title, presentedOf], kind) => ({
      title,
      ...(await askWith(presentedOf(), { localAddress: `127.0.1.${kind + 1}` })),
    })),
  );
  const [first] = told;
  expect(first?.status).toBe(401);
  expect(told).toEqual(kinds.map(([title]) => ({ ...first, title })));
});

/** Bytes that have reached query languages, logs and comparisons elsewhere (V-01). */
const ODD = [
  "' OR 1=1 --",
  "sk-sy-live-' UNION SELECT 1 --",
  "%s%s%n",
  "$\u007bjndi:ldap://x}",
  "../../etc/passwd",
  "a".repeat(8_000),
  "\u00ff\u00fe",
  "{{7*7}}",
  "sk-sy-live-",
  "null",
  "undefined",
  "[object Object]",
];

it("C9: odd credentials are refused like any other", async () => {
  const before = await serverErrors();
  for (const credential of ODD) {
    const { status } = await askWith(credential);
    expect({ credential, isRefused: [401, 429].includes(status) }).toEqual({ credential, isRefused: true });
  }
  expect(await serverErrors()).toBe(before);
});
