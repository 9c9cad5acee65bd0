import type { Conversation, Message, Part, Tool } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { DIALECT } from "./fields.ts";
import { writeServiceTier } from "./service-tier.ts";
import { isRounded } from "./thinking.ts";
import { writeContent } from "./tool-result.ts";
import { isOurs } from "./tools.ts";

/** A loss that changes no answer. */
export const harmless = (field: string): Loss => ({ field, weight: "harmless" });
/** A loss after which the answer would be another. */
export const meaning = (field: string): Loss => ({ field, weight: "meaning" });

/** Names what Gemini cannot say of a conversation beside its messages. */
export function lossesOfSettings(conversation: Conversation, model: string): readonly Loss[] {
  const { tools, serviceTier, output, reasoning } = conversation;
  const hasDescription = output?.kind === "json-schema" && output.description !== undefined;
  return [
    ...(["verbosity", "metadata", "userId", "cacheKey"] as const)
      .filter((field) => conversation[field] !== undefined)
      .map(harmless),
    ...when(serviceTier !== undefined && writeServiceTier(serviceTier) === undefined, harmless("serviceTier")),
    ...when(hasDescription, harmless("output.description")),
    ...when(reasoning !== undefined && isRounded(reasoning, model), harmless("reasoning.effort")),
    ...tools.flatMap((tool, at) => lossesOfTool(tool, `tools.${at}`)),
  ];
}

const when = (isLost: boolean, loss: Loss): readonly Loss[] => (isLost ? [loss] : []);

function lossesOfTool(tool: Tool, path: string): readonly Loss[] {
  if (tool.kind !== "function") return when(!isOurs(tool), meaning(path));
  return [
    ...when(tool.isStrict === true, harmless(`${path}.isStrict`)),
    ...when(tool.cacheHint !== undefined, harmless(`${path}.cacheHint`)),
  ];
}

/** Names what Gemini cannot say of a message beside its parts. */
export const lossesOfMessage = ({ name }: Message, path: string): readonly Loss[] =>
  when(name !== undefined, harmless(`${path}.name`));

/** Names a part that could not be written at all: thoughts of another model are no part of what was said. */
export const lossOfPart = ({ kind }: Part, path: string): Loss =>
  kind === "reasoning" ? harmless(path) : meaning(path);

/** Names what is lost of a part that could be written. */
export function lossesWithin(part: Part, path: string): readonly Loss[] {
  if (part.kind === "foreign") return [];
  return [
    ...when(part.cacheHint !== undefined, harmless(`${path}.cacheHint`)),
    ...lossesOfKind(part, path),
    ...when(hasForeignProof(part), harmless(`${path}.signature`)),
  ];
}

const hasForeignProof = (part: Part) =>
  (part.kind === "text" || part.kind === "tool-call") &&
  part.signature !== undefined &&
  part.signature.origin !== DIALECT;

function lossesOfKind(part: Part, path: string): readonly Loss[] {
  switch (part.kind) {
    case "text":
      return when((part.citations ?? []).length > 0, harmless(`${path}.citations`));
    case "image":
      return when(part.detail !== undefined, harmless(`${path}.detail`));
    case "file":
      return when(part.filename !== undefined, harmless(`${path}.filename`));
    case "audio":
      return when(part.transcript !== undefined, harmless(`${path}.transcript`));
    case "tool-call":
      return when(part.isCustom === true, meaning(path));
    case "tool-result":
      return part.content.flatMap((item, at) => lossesOfContent(item, `${path}.content.${at}`));
    case "refusal":
    case "reasoning":
    case "foreign":
      return [];
  }
}

const lossesOfContent = (item: Parameters<typeof writeContent>[0], path: string): readonly Loss[] =>
  writeContent(item) === undefined ? [meaning(path)] : lossesWithin(item, path);
