import { AppError } from "#lib/base/errors";
import type { DialectId } from "../conversation.ts";
import type { Endpoint } from "../endpoints/endpoint.ts";
import type { Access, Caller, GatewayDeps } from "../ports.ts";
import type { Progress } from "../progress.ts";
import type { GatewayReply } from "../request.ts";
import type { RoutingTable } from "../routing/table.ts";
import { mayUse, unknownModel } from "./authorize.ts";
import { baseHeaders, JSON_TYPE } from "./headers.ts";
import { anthropicModelList } from "./model-lists/anthropic.ts";
import { geminiModelList } from "./model-lists/gemini.ts";
import type { Listed, ModelList } from "./model-lists/model-list.ts";
import { openAiModelList } from "./model-lists/openai.ts";
import { createSettlement } from "./settle.ts";

const encoder = new TextEncoder();

/**
 * Answers the lists of models and what is asked of one, in the caller's dialect, from the active configuration. Refuses
 * with 404 for an unknown id.
 */
export function listModels(progress: Known, endpoint: Endpoint, deps: GatewayDeps): GatewayReply {
  const table = deps.configuration.current();
  const { access } = progress.caller;
  const { path, query } = progress.request;
  const shape = SHAPES[endpoint.dialect];
  const body =
    endpoint.name === "models.list"
      ? shape.list(listedIn(table, access), new URLSearchParams(query))
      : shape.one(listedBy(table, access, idIn(path)));
  const settle = createSettlement(progress, deps);
  const bytes = encoder.encode(JSON.stringify(body));
  return {
    status: 200,
    headers: { ...baseHeaders(progress), ...JSON_TYPE, "content-length": String(bytes.length) },
    body: bytes,
    onClose: () => settle({ status: 200, outcome: "completed", errorCode: null }),
  };
}

type Known = Progress & { readonly caller: Caller };

const SHAPES: Readonly<Record<DialectId, ModelList>> = {
  "openai-chat": openAiModelList,
  "openai-responses": openAiModelList,
  "anthropic-messages": anthropicModelList,
  gemini: geminiModelList,
};

/** What the caller may use, each model under every name it has. */
const listedIn = ({ models, createdAtS }: RoutingTable, access: Access): readonly Listed[] =>
  models
    .filter((model) => mayUse(access, model))
    .flatMap((model) => [model.id, ...model.aliases].map((name) => ({ name, model, createdAtS })));

/** A model the caller may not use looks like one that does not exist. */
function listedBy({ byName, createdAtS }: RoutingTable, access: Access, name: string): Listed {
  const model = byName.get(name);
  if (model && mayUse(access, model)) return { name, model, createdAtS };
  throw unknownModel(name);
}

/** Ids may hold slashes, written as they are or percent-encoded. */
function idIn(path: string): string {
  try {
    return decodeURIComponent(path.replace(/^\/v1(?:beta)?\/models\//, ""));
  } catch {
    throw new AppError("not_found", "The model id in the URL is not well encoded.");
  }
}
