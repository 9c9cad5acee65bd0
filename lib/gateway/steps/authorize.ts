import { AppError } from "#lib/base/errors";
import type { Call } from "../call.ts";
import type { Access, Caller } from "../ports.ts";
import type { Model, RoutingTable } from "../routing/table.ts";

/** Finds the model a call names, by id or alias. Refuses with 404 for a name nobody configured, 403 for one the caller may not use. */
export function authorize(call: Call, table: RoutingTable, { access }: Caller): Model {
  const model = table.byName.get(call.model);
  if (model === undefined) throw unknownModel(call.model);
  if (mayUse(access, model)) return model;
  throw new AppError("model_not_allowed", `You do not have access to the model \`${call.model}\`.`, { param: "model" });
}

export const unknownModel = (name: string) =>
  new AppError("model_not_found", `The model \`${name}\` does not exist or you do not have access to it.`, {
    shouldRetry: false,
  });

/** True when organisation, project, role, key and the model's own rule all agree; they name models by id or alias. */
export function mayUse(access: Access, model: Model): boolean {
  const isNamed = (names: ReadonlySet<string>) =>
    names.has(model.id) || model.aliases.some((alias) => names.has(alias));
  if (!access.modelSets.every(isNamed)) return false;
  const { access: rule } = model;
  if (rule === undefined) return true;
  return (
    admits(rule.organizations, access.organizationNames) &&
    admits(rule.roles, access.role === null ? [] : [access.role]) &&
    admits(rule.plans, access.plan === null ? [] : [access.plan])
  );
}

/** A list that is absent does not restrict. */
const admits = (allowed: ReadonlySet<string> | undefined, names: readonly string[]) =>
  allowed === undefined || names.some((name) => allowed.has(name));
