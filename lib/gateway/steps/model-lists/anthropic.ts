import { invalidField } from "#lib/gateway/endpoints/fields";
import { countInQuery, type Listed, type ModelList } from "./model-list.ts";

const LIMIT_UNSET = 20;
const LIMIT_MAX = 1_000;

/** Anthropic's list, in pages that are told by the ids before or after them. */
export const anthropicModelList: ModelList = {
  list(models, query) {
    const { page, hasMore } = pageOf(models, query);
    return {
      data: page.map(entryOf),
      has_more: hasMore,
      first_id: page[0]?.name ?? null,
      last_id: page.at(-1)?.name ?? null,
    };
  },
  one: entryOf,
};

/** What nobody configured (capabilities, a line, the end of its life) is null. */
function entryOf({ name, model, createdAtS }: Listed) {
  return {
    type: "model",
    id: name,
    display_name: name,
    created_at: new Date(createdAtS * 1_000).toISOString().replace(".000Z", "Z"),
    max_input_tokens: model.contextTokens ?? null,
    max_tokens: model.maxOutputTokens ?? null,
    capabilities: null,
    line: null,
    lifecycle: "active",
    deprecated_at: null,
    retires_at: null,
  };
}

function pageOf(models: readonly Listed[], query: URLSearchParams) {
  const limit = countInQuery(query, "limit", 1) ?? LIMIT_UNSET;
  if (limit > LIMIT_MAX) throw invalidField("limit", `\`limit\` may be at most ${LIMIT_MAX}.`);
  const before = placeOf(models, query, "before_id");
  const after = placeOf(models, query, "after_id");
  if (before !== undefined && after !== undefined)
    throw invalidField("before_id", "Give `after_id` or `before_id`, not both.");
  if (before !== undefined) {
    const start = Math.max(0, before - limit);
    return { page: models.slice(start, before), hasMore: start > 0 };
  }
  const start = after === undefined ? 0 : after + 1;
  return { page: models.slice(start, start + limit), hasMore: start + limit < models.length };
}

function placeOf(models: readonly Listed[], query: URLSearchParams, param: string): number | undefined {
  const id = query.get(param);
  if (id === null) return undefined;
  const place = models.findIndex(({ name }) => name === id);
  if (place < 0) throw invalidField(param, `\`${param}\` must be the id of a model in the list.`);
  return place;
}
