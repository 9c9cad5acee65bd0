import type { Conversation, ForeignPart, Message, Part, Tool, ToolResultPart } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { isSayable } from "./citations.ts";
import { generatedImageItem } from "./generated-image.ts";
import { isElsewhere } from "./media.ts";
import { OWN, ownFields } from "./own.ts";

const SERVICE_TIERS: readonly string[] = ["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"];

/** The longest end user the API takes (`safety_identifier`). */
const USER_ID_MAX = 128;

/** Explicit cache breakpoints came with gpt-5.6; older models refuse the field. */
const BREAKPOINT_MODELS = /^gpt-(5\.([6-9]|\d\d)|[6-9])/;

/** Whether the model takes a mark where its prompt is to be cached. */
export const takesBreakpoints = (model: string): boolean => BREAKPOINT_MODELS.test(model);

/** Gives the service tier to send, where the API knows it by that name. */
export const tierOf = ({ serviceTier }: Conversation): string | undefined =>
  serviceTier !== undefined && SERVICE_TIERS.includes(serviceTier) ? serviceTier : undefined;

/** Gives the end user to send, where the API takes so long a name. */
export const userOf = ({ userId }: Conversation): string | undefined =>
  userId !== undefined && userId.length <= USER_ID_MAX ? userId : undefined;

/** Whether a part can be sent at all. What this refuses, the encoder leaves out. */
export function isSendable(part: Part, role: Message["role"]): boolean {
  switch (part.kind) {
    case "text":
    case "refusal":
    case "tool-call":
    case "tool-result":
      return true;
    case "reasoning":
      return role === "assistant" && part.signature?.origin === OWN;
    case "foreign":
      return part.dialect === OWN;
    case "image":
      return role === "assistant" ? generatedImageItem(part, undefined) !== undefined : !isElsewhere(part.media);
    case "file":
      return role !== "assistant" && !isElsewhere(part.media);
    case "audio":
      return false;
  }
}

/** Reports what a request to this dialect cannot say. */
export const lossesOfRequest = (conversation: Conversation, model: string): readonly Loss[] => [
  ...conversation.messages.flatMap((message, at) => lossesOfMessage(message, `messages.${at}`, model)),
  ...conversation.tools.flatMap((tool, at) => lossesOfTool(tool, `tools.${at}`)),
  ...lossesOfSettings(conversation),
];

function lossesOfSettings(conversation: Conversation): readonly Loss[] {
  const { choices, serviceTier, userId } = conversation;
  const harmless = (["topK", "seed", "presencePenalty", "frequencyPenalty"] as const).filter(
    (field) => conversation[field] !== undefined,
  );
  return [
    ...harmless.map((field): Loss => ({ field, weight: "harmless" })),
    ...lossIf(choices !== undefined && choices > 1, "choices", "meaning"),
    ...lossIf(serviceTier !== tierOf(conversation), "serviceTier", "harmless"),
    ...lossIf(userId !== userOf(conversation), "userId", "harmless"),
  ];
}

function lossesOfTool(tool: Tool, path: string): readonly Loss[] {
  if (tool.kind === "server") return lossIf(tool.dialect !== OWN, path, "meaning");
  return lossIf(tool.kind === "function" && tool.cacheHint !== undefined, `${path}.cacheHint`, "harmless");
}

const lossesOfMessage = (message: Message, path: string, model: string): readonly Loss[] => [
  ...lossIf(message.name !== undefined, `${path}.name`, "harmless"),
  ...message.parts.flatMap((part, at) => lossesOfPart(part, `${path}.parts.${at}`, { role: message.role, model })),
];

type Place = { readonly role: Message["role"]; readonly model: string };

function lossesOfPart(part: Part, path: string, { role, model }: Place): readonly Loss[] {
  if (!isSendable(part, role)) return lossIf(true, path, part.kind === "reasoning" ? "harmless" : "meaning");
  if (part.kind === "foreign") return [];
  const isSigned = (part.kind === "text" || part.kind === "tool-call") && part.signature !== undefined;
  return [
    ...lossIf(isSigned, `${path}.signature`, "harmless"),
    ...lossIf(isHintLost(part, { role, model }), `${path}.cacheHint`, "harmless"),
    ...lossIf(part.kind === "text" && part.citations?.every(isSayable) === false, `${path}.citations`, "harmless"),
    ...(part.kind === "tool-result" ? lossesOfResult(part, path, model) : []),
  ];
}

/** A breakpoint stands on what goes in: not on what the model said, nor on whole items. */
export const canHint = (part: Pick<Part, "kind">, { role, model }: Place): boolean =>
  takesBreakpoints(model) &&
  role !== "assistant" &&
  (part.kind === "text" || part.kind === "image" || part.kind === "file");

const isHintLost = ({ cacheHint, extras, ...part }: Exclude<Part, ForeignPart>, place: Place): boolean =>
  cacheHint !== undefined && !ownFields(extras).prompt_cache_breakpoint && !canHint(part, place);

function lossesOfResult({ content, isError }: ToolResultPart, path: string, model: string): readonly Loss[] {
  const isHinted = takesBreakpoints(model);
  return [
    ...lossIf(isError === true, `${path}.isError`, "harmless"),
    ...content.flatMap((part, at) => [
      ...lossIf(part.kind !== "text" && isElsewhere(part.media), `${path}.content.${at}`, "meaning"),
      ...lossIf(part.cacheHint !== undefined && !isHinted, `${path}.content.${at}.cacheHint`, "harmless"),
    ]),
  ];
}

const lossIf = (isLost: boolean, field: string, weight: Loss["weight"]): readonly Loss[] =>
  isLost ? [{ field, weight }] : [];
