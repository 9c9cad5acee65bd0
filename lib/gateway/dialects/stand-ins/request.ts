import type {
  Conversation,
  CustomTool,
  DialectId,
  FunctionTool,
  Message,
  Part,
  ServerTool,
  Tool,
} from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { textIn } from "#lib/gateway/dialects/read";
import { argumentsOf, INPUT } from "./input-text.ts";
import { flatName } from "./name.ts";
import { isNamespace, isShell, membersOf } from "./originals.ts";
import { callOfShell, resultOfShell, SHELL_TOOL } from "./shell.ts";

/** What an upstream is asked in the caller's stead, and how losses of it are told in the caller's own places. */
export type StoodIn = {
  readonly conversation: Conversation;
  readonly lossesOf: (losses: readonly Loss[]) => readonly Loss[];
};

/**
 * Puts functions where only Responses has a tool: free text becomes the one field of a function, a group of tools as many
 * functions, the caller's shell one. Coding agents offer such tools in every request. Their calls become what they were in
 * `reply.ts`.
 */
export function standIn(conversation: Conversation, to: DialectId): StoodIn {
  const { tools, messages } = conversation;
  if (to === "openai-responses") return { conversation, lossesOf: (losses) => losses };
  const isHelped = tools.some((tool) => tool.kind !== "server" || isNamespace(tool) || isShell(tool));
  const written = tools.map((tool, at) => {
    const isLeftOut = isHelped && isSpare(tool, conversation);
    return isLeftOut ? nothing(`tools.${at}`) : functionsFor(tool, `tools.${at}`);
  });
  const places = written.flatMap(({ tools: given }, at) => given.map(() => at));
  const own = written.flatMap(({ losses }) => losses);
  return {
    conversation: {
      ...conversation,
      messages: messages.map(messageFor),
      tools: written.flatMap(({ tools: given }) => given),
    },
    lossesOf: (losses) => [...own, ...losses.map((loss) => ({ ...loss, field: fieldIn(places, loss.field) }))],
  };
}

type Functions = { readonly tools: readonly Tool[]; readonly losses: readonly Loss[] };

const harmless = (field: string): Loss => ({ field, weight: "harmless" });
const nothing = (field: string): Functions => ({ tools: [], losses: [harmless(field)] });

/**
 * What a model only looks things up with, in what its maker has at hand, beside tools of the caller's own: search without
 * the net, and search among tools that are not shown. It may be left out where nothing asks for it.
 */
const isSpare = (tool: Tool, { toolChoice }: Conversation): boolean =>
  tool.kind === "server" &&
  tool.dialect === "openai-responses" &&
  (toolChoice === undefined || toolChoice.kind === "auto" || toolChoice.kind === "none") &&
  ((tool.name === "web_search" && tool.value.external_web_access === false) || tool.name === "tool_search");

function functionsFor(tool: Tool, path: string): Functions {
  if (tool.kind === "custom") return { tools: [functionFor(tool)], losses: [harmless(path)] };
  if (tool.kind !== "server") return { tools: [tool], losses: [] };
  if (isShell(tool)) return { tools: [SHELL_TOOL], losses: [harmless(path)] };
  return isNamespace(tool) ? functionsIn(tool, path) : { tools: [tool], losses: [] };
}

function functionsIn(group: ServerTool, path: string): Functions {
  const namespace = textIn(group.value.name) ?? "";
  const written = membersOf(group).map((member, at) => functionsFor(member, `${path}.tools.${at}`));
  const isDescribed = textIn(group.value.description) !== undefined;
  return {
    tools: written.flatMap(({ tools }) => tools.map((tool) => ({ ...tool, name: flatName(namespace, tool.name) }))),
    losses: [...(isDescribed ? [harmless(`${path}.description`)] : []), ...written.flatMap(({ losses }) => losses)],
  };
}

/** The grammar is told, though nobody holds the model to it. */
function functionFor({ name, description, format }: CustomTool): FunctionTool {
  const grammar = textIn(format?.definition);
  const kind = `${textIn(format?.syntax) ?? ""} grammar`.trim();
  const told = [
    description,
    `Put the whole text into \`${INPUT}\`, as it is.`,
    grammar && `It follows this ${kind}:\n${grammar}`,
  ];
  return {
    kind: "function",
    name,
    description: told.filter(Boolean).join("\n\n"),
    schema: {
      type: "object",
      properties: { [INPUT]: { type: "string" } },
      required: [INPUT],
      additionalProperties: false,
    },
  };
}

const messageFor = (message: Message): Message =>
  message.role === "assistant" || message.role === "tool" ? { ...message, parts: message.parts.map(partFor) } : message;

function partFor(part: Part): Part {
  switch (part.kind) {
    case "tool-call": {
      const { isCustom, namespace, ...call } = part;
      const name = namespace === undefined ? call.name : flatName(namespace, call.name);
      return { ...call, name, input: isCustom ? argumentsOf(call.input) : call.input };
    }
    case "tool-result": {
      const { isCustom: _isCustom, ...result } = part;
      return result;
    }
    case "foreign":
      return callOfShell(part) ?? resultOfShell(part) ?? part;
    default:
      return part;
  }
}

/** Losses name a tool by its place in the caller's own list. */
const fieldIn = (places: readonly number[], field: string): string =>
  field.replace(/^tools\.(\d+)/, (whole, at) =>
    places[Number(at)] === undefined ? whole : `tools.${places[Number(at)]}`,
  );
