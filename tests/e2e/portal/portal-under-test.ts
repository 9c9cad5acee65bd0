import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { z } from "zod";
import { runUp, scratchFolder, until } from "../up/running-up.ts";

const Mail = z.object({ to: z.string(), subject: z.string(), text: z.string() });
const Organizations = z.object({ items: z.array(z.object({ id: z.string(), slug: z.string() })) });

export type PortalUnderTest = Awaited<ReturnType<typeof startPortal>>;

/** The whole product as `up` runs it, built when its sources changed: portal, gateway, worker and PostgreSQL behind one address. */
export async function startPortal() {
  const scratch = scratchFolder();
  const up = runUp(scratch.folder, []);
  // A build may take longer than a start.
  await up.ready().catch(() => up.ready());
  const { url, keys, databaseUrl } = up.started();
  await until("the portal answers", async () => (await fetch(`${url}/api/health`)).ok);

  async function askAdmin(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/api/admin/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${keys.admin}`, "content-type": "application/json" },
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
        const mail = mailsIn(join(up.dataDir, "outbox")).findLast((one) => one.to === to && subject.test(one.subject));
        link = /https?:\S+/.exec(mail?.text ?? "")?.[0];
        return link !== undefined;
      });
      return link ?? "";
    },
    stop: async () => {
      up.child.kill("SIGTERM");
      await up.ended;
      scratch.remove();
    },
  };
}

const mailsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => Mail.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
