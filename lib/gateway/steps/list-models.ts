import { AppError } from "#lib/base/errors";
import type { Endpoint } from "../endpoints/endpoint.ts";
import type { Caller, GatewayDeps } from "../ports.ts";
import type { Progress } from "../progress.ts";
import type { GatewayReply } from "../request.ts";
import type { Model, RoutingTable } from "../routing/table.ts";
import { mayUse, unknownModel } from "./authorize.ts";
import { baseHeaders, JSON_TYPE } from "./headers.ts";
import { createSettlement } from "./settle.ts";

const encoder = new TextEncoder();

/** Answers `GET /v1/models` and `GET /v1/models/{id}` from the active configuration. Refuses with 404 for an unknown id. */
export function listModels(progress: Known, endpoint: Endpoint, deps: GatewayDeps): GatewayReply {
  const table = deps.configuration.current();
  const { caller } = progress;
  const body =
    endpoint.name === "models.list" ? listOf(table, caller) : oneOf(table, caller, idIn(progress.request.path));
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

const listOf = (table: RoutingTable, { access }: Caller) => ({
  object: "list",
  data: table.models
    .filter((model) => mayUse(access, model))
    .flatMap((model) => [model.id, ...model.aliases].map((name) => entryOf(name, model, table))),
});

/** A model the caller may not use looks like one that does not exist. */
function oneOf(table: RoutingTable, { access }: Caller, id: string) {
  const model = table.byName.get(id);
  if (model && mayUse(access, model)) return entryOf(id, model, table);
  throw unknownModel(id);
}

const entryOf = (name: string, model: Model, table: RoutingTable) => ({
  id: name,
  object: "model",
  created: table.createdAtS,
  owned_by: model.deployments[0]?.providerId ?? "switchyard",
});

/** Ids may hold slashes, written as they are or percent-encoded. */
function idIn(path: string): string {
  const raw = path.slice("/v1/models/".length);
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new AppError("not_found", "The model id in the URL is not well encoded.");
  }
}
