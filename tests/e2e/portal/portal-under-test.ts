import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { z } from "zod";
import { until } from "#tests/up/running-up";

const Mail = z.object({ to: z.string(), subject: z.string(), text: z.string() });
const Seed = z.object({ operator: z.object({ email: z.string(), password: z.string() }) });
const Organizations = z.object({ items: z.array(z.object({ id: z.string(), slug: z.string() })) });

/** What is known of the portal that all files of a run share. */
export type PortalFacts = {
  readonly url: string;
  readonly databaseUrl: string;
  readonly adminKey: string;
  readonly dataDir: string;
};

export type PortalUnderTest = ReturnType<typeof portalUnderTest>;

/** Gives what a test does with the portal beside looking at its pages. */
export function portalUnderTest({ url, databaseUrl, adminKey, dataDir }: PortalFacts) {
  async function askAdmin(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/api/admin/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async function query(text: string, values: readonly unknown[] = []): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return client
      .query(text, [...values])
      .then(({ rows }) => rows)
      .finally(() => client.end());
  }

  return {
    url,
    /** Asks the portal's database, for what no page and no Admin API can bring about. */
    query,
    chat: (key: string, model: string) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
      }),
    credit: async (slug: string, amountUsd: string) => {
      const { items } = Organizations.parse(await askAdmin("/organizations?limit=200"));
      const id = items.find((item) => item.slug === slug)?.id;
      await askAdmin(`/organizations/${id}/credits`, { amountUsd, reason: "a test" });
    },
    /** Waits for the newest mail to an address whose subject fits, and gives the link in it. */
    linkIn: async (to: string, subject: RegExp) => {
      let link: string | undefined;
      await until(`a mail to ${to}: ${subject}`, () => {
        const mail = mailsIn(join(dataDir, "outbox")).findLast((one) => one.to === to && subject.test(one.subject));
        link = /https?:\S+/.exec(mail?.text ?? "")?.[0];
        return link !== undefined;
      });
      return link ?? "";
    },
    /** What the portal has logged so far. */
    logged: () => readFileSync(join(dataDir, "logs", "portal.log"), "utf8"),
    /** Who the first start made. */
    operator: () => Seed.parse(JSON.parse(readFileSync(join(dataDir, "seed.json"), "utf8"))).operator,
  };
}

const mailsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => Mail.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
