import { ADMIN_PATH } from "#lib/mounts/admin-api/table";
import type { Place } from "./canary-places.ts";

export type Ask = (url: string, init?: RequestInit) => Promise<{ readonly status: number; readonly text: string }>;

/** Asks, and keeps what came back: its headers always, its body where it is not the answer that was asked for. */
export const asker =
  (heard: Place[]): Ask =>
  async (url, init = {}) => {
    const answer = await fetch(url, init).catch((error: unknown) => new Response(String(error), { status: 599 }));
    const text = await answer.text().catch((error: unknown) => `broken: ${error}`);
    const asked = `${init.method ?? "GET"} ${new URL(url).pathname} ${String(init.body ?? "").slice(0, 60)}`;
    heard.push({
      name: `headers of answer ${answer.status} to ${asked}`,
      written: JSON.stringify([...answer.headers]),
    });
    // Of an answer that is one, only what tells of an error is searched: the rest is what was asked for.
    const said = answer.status === 200 ? text.split("\n").filter(tellsOfError).join("\n") : text;
    heard.push({ name: `body of answer ${answer.status} to ${asked}`, written: said });
    return { status: answer.status, text };
  };

const tellsOfError = (line: string) => /"error": *[{"]/.test(line);

type Admin = { readonly url: string; readonly key: string; readonly heard: Place[] };
type Sent = { readonly body?: string; readonly type?: string };

/** Asks the Admin API: a GET, or a POST of a body. */
export const adminOf = ({ url, key, heard }: Admin) => {
  const ask = asker(heard);
  return (path: string, { body, type = "application/json" }: Sent = {}) =>
    ask(url + ADMIN_PATH + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": type },
      body,
    });
};
