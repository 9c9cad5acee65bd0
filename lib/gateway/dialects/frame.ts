import type { JsonObject } from "../conversation.ts";

/** Writes one server-sent event (WHATWG HTML, 9.2). JSON holds no bare line break, so one `data` line is enough. */
export const frame = (data: JsonObject, name?: string): string =>
  name === undefined ? `data: ${JSON.stringify(data)}\n\n` : `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
