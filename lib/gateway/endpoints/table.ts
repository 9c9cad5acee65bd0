import type { UpstreamOperation } from "../providers/provider.ts";

/** One URL of ours: what it takes and what it asks of an upstream. */
export type Endpoint = {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly pattern: RegExp;
  /** What a matching deployment is asked for; `null` where we answer ourselves. */
  readonly operation: UpstreamOperation | null;
};

export const ENDPOINTS: readonly Endpoint[] = [
  { name: "chat.completions", method: "POST", pattern: /^\/v1\/chat\/completions$/, operation: "chat-completions" },
  { name: "models.list", method: "GET", pattern: /^\/v1\/models$/, operation: null },
  { name: "models.retrieve", method: "GET", pattern: /^\/v1\/models\/(.+)$/, operation: null },
];
