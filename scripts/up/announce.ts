import { z } from "zod";
import { askLocal } from "./ask-local.ts";
import type { Pids, UpOptions } from "./types.ts";
import { writeAtomically } from "./write-atomically.ts";

export const Seeded = z.object({
  operator: z.object({ email: z.string(), password: z.string() }),
  keys: z.object({ live: z.string(), test: z.string(), admin: z.string() }),
});
export type Seeded = z.infer<typeof Seeded>;

const Active = z.object({ document: z.object({ models: z.array(z.object({ id: z.string() })) }) });
const ASK_MS = 2_000;

export type Announcement = Seeded & { readonly url: string; readonly databaseUrl: string };

/** The file of `--json`: for programs that want to use what was started. */
export function writeAnnouncement(file: string, announcement: Announcement, pids: Pids) {
  const { url, operator, keys, databaseUrl } = announcement;
  writeAtomically(file, `${JSON.stringify({ url, operator, keys, pids, databaseUrl }, null, 2)}\n`);
}

/** What a person needs to begin: where it is, who may sign in, and a line to paste. */
export async function describeStart(options: UpOptions, announcement: Announcement, took: string) {
  const { url, operator, keys } = announcement;
  const body = { model: await firstModel(url, keys.admin), messages: [{ role: "user", content: "Hello" }] };
  return `
  Switchyard is ready at ${url} (${took})

    Operator    ${operator.email}
    Password    ${operator.password}
    Live key    ${keys.live}
    Test key    ${keys.test}

    curl ${url.startsWith("https:") ? "-k " : ""}${url}/v1/chat/completions -H "authorization: Bearer ${keys.live}" -H "content-type: application/json" -d '${JSON.stringify(body)}'

  Everything is kept in ${options.dataDir}. Ctrl-C drains and stops it.
`;
}

/**
 * A model of the active configuration, so that the line works whatever was configured. Asked of the Admin API: a call with
 * a caller's key would be the first in the books, before anybody has made one.
 */
async function firstModel(url: string, key: string) {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const { body } = await askLocal(`${url}/api/admin/v1/config/active`, { timeoutMs: ASK_MS, headers });
    return Active.parse(JSON.parse(body)).document.models[0]?.id ?? "sandbox-chat";
  } catch {
    return "sandbox-chat";
  }
}
