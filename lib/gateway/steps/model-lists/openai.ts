import type { Listed, ModelList } from "./model-list.ts";

/** OpenAI's list has no pages. */
export const openAiModelList: ModelList = {
  list: (models) => ({ object: "list", data: models.map(entryOf) }),
  one: entryOf,
};

function entryOf({ name, model, createdAtS }: Listed) {
  return {
    id: name,
    object: "model",
    created: createdAtS,
    owned_by: model.deployments[0]?.providerId ?? "switchyard",
  };
}
