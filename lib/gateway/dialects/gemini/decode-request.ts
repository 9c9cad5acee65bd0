import { AppError } from "#lib/base/errors";
import type { Conversation, Json, JsonObject, Message, Part } from "#lib/gateway/conversation";
import { invalid, optional, requireObject, requireText } from "#lib/gateway/dialects/read";
import { type CallIds, createRequestCallIds } from "./call-ids.ts";
import { camelCased, extrasOf, itemsOf, said, unread } from "./fields.ts";
import { readGeneration } from "./generation.ts";
import { readPart } from "./read-part.ts";
import { readServiceTier } from "./service-tier.ts";
import { readToolConfig, readTools } from "./tools.ts";

/** `model` stands in the URL; some clients repeat it in the body. */
const FIELDS: ReadonlySet<string> = new Set([
  "model",
  "contents",
  "systemInstruction",
  "tools",
  "toolConfig",
  "generationConfig",
  "serviceTier",
]);
const CONTENT: ReadonlySet<string> = new Set(["role", "parts"]);
const TEXT: ReadonlySet<string> = new Set(["text"]);

/** Reads the body of `generateContent`, in camelCase or snake_case. */
export function decodeRequest(body: JsonObject): Conversation {
  const fields = camelCased(body);
  const config = readToolConfig(fields.toolConfig);
  const generation = readGeneration(fields.generationConfig);
  const tier = optional(fields.serviceTier, "serviceTier", requireText);
  return {
    messages: [...readSystem(fields.systemInstruction), ...readContents(fields.contents)],
    tools: readTools(fields.tools),
    ...said({ toolChoice: config.toolChoice, serviceTier: tier && readServiceTier(tier) }),
    ...generation.settings,
    ...extrasOf(unread(fields, FIELDS), config.rest, generation.rest),
  };
}

function readSystem(value: Json | undefined): readonly Message[] {
  if (value === undefined || value === null) return [];
  const path = "systemInstruction";
  const content = camelCased(typeof value === "string" ? { parts: { text: value } } : requireObject(value, path));
  const parts = itemsOf(content.parts).map((raw, at): Part => {
    const part = camelCased(requireObject(raw, `${path}.parts.${at}`));
    const text = requireText(part.text, `${path}.parts.${at}.text`);
    return { kind: "text", text, ...extrasOf(unread(part, TEXT)) };
  });
  return parts.length === 0 ? [] : [{ role: "system", parts, ...extrasOf(unread(content, CONTENT)) }];
}

function readContents(value: Json | undefined): readonly Message[] {
  if (value === undefined || value === null)
    throw new AppError("missing_field", "`contents` is missing.", { param: "contents" });
  const items = itemsOf(value);
  if (items.length === 0) throw invalid("contents", "must not be empty.");
  const ids = createRequestCallIds();
  return joined(items.flatMap((item, at) => readContent(item, `contents.${at}`, ids)));
}

/** Results that answer one turn stand in one message, also where they came in several contents. */
function joined(messages: readonly Message[]): readonly Message[] {
  const kept: Message[] = [];
  let results: Part[] = [];
  for (const message of messages) {
    const isMore = message.role === "tool" && kept.at(-1)?.role === "tool" && !message.extras;
    if (isMore) for (const part of message.parts) results.push(part);
    else {
      results = [...message.parts];
      kept.push({ ...message, parts: results });
    }
  }
  return kept;
}

function readContent(value: Json, path: string, ids: CallIds): readonly Message[] {
  const content = camelCased(typeof value === "string" ? { parts: { text: value } } : requireObject(value, path));
  const role = readRole(content.role, `${path}.role`);
  const parts = itemsOf(content.parts).map((part, at) => readPart(part, { path: `${path}.parts.${at}`, ids }));
  const extras = extrasOf(unread(content, CONTENT));
  const [first, ...others] = role === "assistant" ? [{ role, parts } as const] : bySpeaker(parts);
  return first === undefined ? [] : [{ ...first, ...extras }, ...others];
}

/** Parts the results of tools from what the user says beside them. */
function bySpeaker(parts: readonly Part[]): readonly Message[] {
  const messages: { readonly role: "tool" | "user"; readonly parts: Part[] }[] = [];
  for (const part of parts) {
    const role = part.kind === "tool-result" ? "tool" : "user";
    const last = messages.at(-1);
    if (last?.role === role) last.parts.push(part);
    else messages.push({ role, parts: [part] });
  }
  return messages;
}

/** `function` is the user's side in older clients, `tool` in some. */
const USER_ROLES: ReadonlySet<string> = new Set(["", "user", "function", "tool"]);

function readRole(value: Json | undefined, path: string): "user" | "assistant" {
  const role = optional(value, path, requireText) ?? "user";
  if (role === "model") return "assistant";
  if (!USER_ROLES.has(role)) throw invalid(path, "must be user or model.");
  return "user";
}
