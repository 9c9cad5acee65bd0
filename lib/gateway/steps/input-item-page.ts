import type { Json, JsonObject } from "../conversation.ts";
import { listIn, objectIn } from "../dialects/read.ts";
import { invalidField } from "../endpoints/fields.ts";
import { parseExact } from "../json-exact.ts";
import { textOf } from "../json-scan.ts";

type Asked = {
  readonly responseId: string;
  /** The list of items as JSON. */
  readonly input: Uint8Array;
  readonly query: URLSearchParams;
};

const LIMIT_UNSET = 20;
const LIMIT_MAX = 100;

/** Gives one page of a response's input items, newest first unless asked otherwise. Refuses with 400. */
export function inputItemPage({ responseId, input, query }: Asked): JsonObject {
  const limit = limitIn(query);
  const items = listIn(parseExact(textOf(input))).map((item, at) => shownItem(item, responseId, at));
  const ordered = orderIn(query) === "asc" ? items : items.reverse();
  const start = startOf(ordered, query.get("after"));
  const page = ordered.slice(start, start + limit);
  return {
    object: "list",
    data: page,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: start + limit < ordered.length,
  };
}

function limitIn(query: URLSearchParams): number {
  const text = query.get("limit");
  if (text === null) return LIMIT_UNSET;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw invalidField("limit", `\`limit\` must be a whole number from 1 to ${LIMIT_MAX}.`);
}

function orderIn(query: URLSearchParams): "asc" | "desc" {
  const order = query.get("order") ?? "desc";
  if (order === "asc" || order === "desc") return order;
  throw invalidField("order", "`order` must be `asc` or `desc`.");
}

function startOf(items: readonly JsonObject[], after: string | null): number {
  if (after === null) return 0;
  const at = items.findIndex(({ id }) => id === after);
  if (at < 0) throw invalidField("after", "`after` must be the id of one of the items.");
  return at + 1;
}

const PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  function_call_output: "fco",
  custom_tool_call: "ctc",
  custom_tool_call_output: "ctco",
};
/** Types whose items have a state, which callers may leave out. */
const STATED: ReadonlySet<string> = new Set([
  "message",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
]);

/** Completes an item to the form it is shown in; the id of one that came without is the same each time. */
function shownItem(item: Json, responseId: string, at: number): JsonObject {
  const given = objectIn(item) ?? {};
  const type = typeof given.type === "string" ? given.type : "message";
  const minted = `${PREFIXES[type] ?? "item"}_${responseId.replace(/^resp_/, "")}_${at}`;
  return {
    ...given,
    id: typeof given.id === "string" && given.id !== "" ? given.id : minted,
    type,
    ...(STATED.has(type) ? { status: given.status ?? "completed" } : {}),
    ...(type === "message" ? { content: shownContent(given) } : {}),
  };
}

function shownContent({ role, content }: JsonObject): Json {
  if (typeof content !== "string") return content ?? [];
  if (role === "assistant") return [{ type: "output_text", text: content, annotations: [] }];
  return [{ type: "input_text", text: content }];
}
