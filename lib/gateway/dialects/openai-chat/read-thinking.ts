import type { JsonObject } from "#lib/gateway/conversation";
import { optional, requireBoolean, requireNumber, requireObject, requireText } from "../read.ts";

/** What imitators of OpenAI call the wish to think: Anthropic's object, a switch and a budget, or Google's settings. */
const WISHES = ["thinking", "enable_thinking", "thinking_budget", "chat_template_kwargs", "extra_body"] as const;

export type Thinking = { readonly isEnabled?: boolean; readonly budgetTokens?: number };

/** Reads whether a model is to think, and how much, in whichever of these words a caller says it. */
export function readThinking(body: JsonObject): Thinking {
  const template = optional(body.chat_template_kwargs, "chat_template_kwargs", requireObject);
  const said = [
    readSwitch(body, ""),
    optional(body.thinking, "thinking", readObject),
    template && readSwitch(template, "chat_template_kwargs."),
    readGoogle(body),
  ];
  const isEnabled = said.find((one) => one?.isEnabled !== undefined)?.isEnabled;
  const budgetTokens = said.find((one) => one?.budgetTokens !== undefined)?.budgetTokens;
  return budgetTokens === 0 ? { isEnabled: false } : { isEnabled, budgetTokens };
}

/** The fields that hold such a wish and nothing else. */
export const wishesIn = (body: JsonObject): readonly string[] =>
  WISHES.filter((name) => name in body && restOf(name, body) === undefined);

const KNOWN: Readonly<Partial<Record<string, readonly string[]>>> = {
  thinking: ["type", "budget_tokens"],
  chat_template_kwargs: ["enable_thinking", "thinking", "thinking_budget"],
  extra_body: ["google"],
};

function restOf(name: string, body: JsonObject): string | undefined {
  const known = KNOWN[name];
  const value = known && optional(body[name], name, requireObject);
  return value && Object.keys(value).find((field) => !known.includes(field));
}

function readSwitch(object: JsonObject, path: string): Thinking {
  const flag = object.enable_thinking ?? (path === "" ? undefined : object.thinking);
  return {
    isEnabled: optional(flag, `${path}enable_thinking`, requireBoolean),
    budgetTokens: optional(object.thinking_budget, `${path}thinking_budget`, requireNumber),
  };
}

function readObject(value: unknown, path: string): Thinking {
  const thinking = requireObject(value, path);
  const type = optional(thinking.type, `${path}.type`, requireText);
  return {
    isEnabled: type === undefined ? undefined : type !== "disabled",
    budgetTokens: optional(thinking.budget_tokens, `${path}.budget_tokens`, requireNumber),
  };
}

function readGoogle(body: JsonObject): Thinking {
  const extra = optional(body.extra_body, "extra_body", requireObject);
  const google = optional(extra?.google, "extra_body.google", requireObject);
  const path = "extra_body.google.thinking_config";
  const config = optional(google?.thinking_config, path, requireObject);
  return { budgetTokens: optional(config?.thinking_budget, `${path}.thinking_budget`, requireNumber) };
}
