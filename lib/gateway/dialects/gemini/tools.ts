import type { FunctionTool, Json, JsonObject, ServerTool, Tool, ToolChoice } from "#lib/gateway/conversation";
import { defined, invalid, optional, requireList, requireObject, requireText } from "#lib/gateway/dialects/read";
import { camelCased, DIALECT, extrasOf, itemsOf, said, unread, withExtras } from "./fields.ts";
import { toJsonSchema } from "./schema.ts";

const DECLARATION: ReadonlySet<string> = new Set(["name", "description", "parameters", "parametersJsonSchema"]);
const CONFIG: ReadonlySet<string> = new Set(["functionCallingConfig"]);
const CALLING: ReadonlySet<string> = new Set(["mode", "allowedFunctionNames"]);

/** Reads `tools`: functions, and what Google runs itself under the name of its field. */
export function readTools(value: Json | undefined): readonly Tool[] {
  return itemsOf(value).flatMap((raw, at) => {
    const entry = camelCased(requireObject(raw, `tools.${at}`));
    return Object.entries(entry).flatMap(([name, given]): readonly Tool[] => {
      if (given === undefined || given === null) return [];
      if (name !== "functionDeclarations")
        return [{ kind: "server", dialect: DIALECT, name, value: { [name]: given } }];
      return itemsOf(given).map((one, index) => readFunction(one, `tools.${at}.functionDeclarations.${index}`));
    });
  });
}

function readFunction(value: Json, path: string): FunctionTool {
  const fields = camelCased(requireObject(value, path));
  const parameters = optional(fields.parameters, `${path}.parameters`, requireObject);
  const schema =
    optional(fields.parametersJsonSchema, `${path}.parametersJsonSchema`, requireObject) ??
    (parameters && toJsonSchema(parameters));
  return {
    kind: "function",
    name: requireText(fields.name, `${path}.name`),
    ...said({ description: optional(fields.description, `${path}.description`, requireText), schema }),
    ...extrasOf(unread(fields, DECLARATION)),
  };
}

/** Writes tools in their order, neighbouring functions as one entry. Those that cannot be said are left out. */
export function writeTools(tools: readonly Tool[]): readonly JsonObject[] {
  const written: JsonObject[] = [];
  let functions: JsonObject[] = [];
  for (const tool of tools) {
    if (tool.kind === "function") {
      if (functions.length === 0) written.push({ functionDeclarations: functions });
      functions.push(writeFunction(tool));
    } else if (isOurs(tool)) {
      written.push(tool.value);
      functions = [];
    }
  }
  return written;
}

/** True for a tool that Google runs. */
export const isOurs = (tool: Tool): tool is ServerTool => tool.kind === "server" && tool.dialect === DIALECT;

const writeFunction = ({ name, description, schema, extras }: FunctionTool): JsonObject =>
  withExtras(defined({ name, description, parametersJsonSchema: schema }), extras);

export type ReadToolConfig = { readonly toolChoice?: ToolChoice; readonly rest: JsonObject };

/** Reads `toolConfig`. */
export function readToolConfig(value: Json | undefined): ReadToolConfig {
  const config = camelCased(optional(value, "toolConfig", requireObject) ?? {});
  const path = "toolConfig.functionCallingConfig";
  const calling = camelCased(optional(config.functionCallingConfig, path, requireObject) ?? {});
  const mode = optional(calling.mode, `${path}.mode`, requireText)?.toUpperCase();
  const names = (optional(calling.allowedFunctionNames, `${path}.allowedFunctionNames`, requireList) ?? []).map(
    (name, at) => requireText(name, `${path}.allowedFunctionNames.${at}`),
  );
  const toolChoice = readChoice(mode, names, `${path}.mode`);
  return {
    ...(toolChoice === undefined ? {} : { toolChoice }),
    rest: {
      ...unread(config, CONFIG, "toolConfig."),
      ...unread(calling, CALLING, `${path}.`),
      // `auto`, and the calls are held to their schemas.
      ...(mode === "VALIDATED" && names.length === 0 ? { [`${path}.mode`]: mode } : {}),
    },
  };
}

function readChoice(mode: string | undefined, names: readonly string[], path: string): ToolChoice | undefined {
  const [name, second] = names;
  switch (mode) {
    case undefined:
    case "MODE_UNSPECIFIED":
      return undefined;
    case "NONE":
      return { kind: "none" };
    case "AUTO":
    case "VALIDATED":
      return name === undefined ? { kind: "auto" } : { kind: "allowed", mode: "auto", names };
    case "ANY":
      if (name === undefined) return { kind: "required" };
      return second === undefined ? { kind: "named", name } : { kind: "allowed", mode: "required", names };
    default:
      throw invalid(path, "must be AUTO, ANY, VALIDATED or NONE.");
  }
}

/** Writes a tool choice as `functionCallingConfig`. Google takes names only with ANY and VALIDATED. */
export function writeToolChoice(choice: ToolChoice): JsonObject {
  switch (choice.kind) {
    case "auto":
    case "none":
      return { mode: choice.kind.toUpperCase() };
    case "required":
      return { mode: "ANY" };
    case "named":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
    case "allowed":
      return { mode: choice.mode === "required" ? "ANY" : "VALIDATED", allowedFunctionNames: choice.names };
  }
}
