import type { Conversation, DialectId, ServerTool, Tool } from "#lib/gateway/conversation";
import { readTools } from "#lib/gateway/dialects/openai-responses/tools";
import { textIn } from "#lib/gateway/dialects/read";
import { flatName } from "./name.ts";

/** A tool that only Responses has, as the caller knows it. */
export type Original = {
  readonly form: "function" | "custom" | "shell";
  readonly name: string;
  readonly namespace?: string;
};

/** The tools of a caller by the names of the functions that stand in for them. */
export type Originals = ReadonlyMap<string, Original>;

/** The name of the tool with which a model runs commands on its caller's machine. */
export const SHELL = "local_shell";

const NONE: Originals = new Map();

/** Finds what an upstream of a dialect must be given functions for: free text, groups of tools, the caller's shell. */
export const originalsOf = ({ tools }: Pick<Conversation, "tools">, to: DialectId): Originals =>
  to === "openai-responses" || tools.every(({ kind }) => kind === "function")
    ? NONE
    : new Map(tools.flatMap((tool) => entriesOf(tool)));

function entriesOf(tool: Tool): readonly (readonly [string, Original])[] {
  if (tool.kind === "custom") return [[tool.name, { form: "custom", name: tool.name }]];
  if (tool.kind !== "server") return [];
  if (isShell(tool)) return [[SHELL, { form: "shell", name: SHELL }]];
  if (!isNamespace(tool)) return [];
  const namespace = textIn(tool.value.name) ?? "";
  return membersOf(tool).flatMap((member) =>
    member.kind === "server"
      ? []
      : [[flatName(namespace, member.name), { form: member.kind, name: member.name, namespace }] as const],
  );
}

/** Whether a tool is a group of tools. */
export const isNamespace = (tool: ServerTool): boolean => isOfResponses(tool) && tool.name === "namespace";

/** Whether a tool is the caller's shell. */
export const isShell = (tool: ServerTool): boolean => isOfResponses(tool) && tool.name === SHELL;

const isOfResponses = ({ dialect }: ServerTool) => dialect === "openai-responses";

/** Gives the tools of a group. */
export const membersOf = ({ value }: ServerTool): readonly Tool[] => readTools(value.tools);
