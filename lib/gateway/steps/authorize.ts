import { AppError } from "#lib/base/errors";
import type { Call } from "../call.ts";
import type { Model, RoutingTable } from "../routing/table.ts";

/** Finds the model a call names, by id or alias. Refuses with 404 for a name nobody configured. */
export function authorize(call: Call, table: RoutingTable): Model {
  const model = table.byName.get(call.model);
  if (model) return model;
  throw new AppError("model_not_found", `The model \`${call.model}\` does not exist or you do not have access to it.`, {
    shouldRetry: false,
  });
}
