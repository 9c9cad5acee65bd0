import { classifyWith } from "../openai-compatible/classify.ts";
import type { Provider, UpstreamOperation } from "../provider.ts";

const PATHS: Readonly<Partial<Record<UpstreamOperation, string>>> = {
  messages: "/v1/messages",
  "count-message-tokens": "/v1/messages/count_tokens",
  models: "/v1/models",
};

/** Anthropic's own API, and whoever offers the Messages API at an address of theirs. */
export const anthropicProvider: Provider = {
  kind: "anthropic",
  dialect: "anthropic-messages",
  defaultBaseUrl: "https://api.anthropic.com",
  isSimulated: false,
  urlOf: (baseUrl, operation) => {
    const path = PATHS[operation];
    return path && baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "") + path;
  },
  authorize: (secret) => ({ "anthropic-version": "2023-06-01", ...credentialOf(secret) }),
  drop: [],
  rename: {},
  asksUsage: false,
  takesReasoning: false,
  // platform.claude.com/docs/api/errors and /docs/api/rate-limits: told apart by `type`, some by words only.
  classify: classifyWith([
    { kind: "quota", codes: ["billing_error", "enforced_spend_limit_reached"] },
    {
      kind: "quota",
      text: /^Your credit balance is too low|^You have reached your specified (?:workspace )?API usage/,
    },
    { kind: "context-too-long", text: /^prompt is too long|exceed context limit/i },
    // Cloudflare answers what is too large in bytes, without a body of Anthropic's.
    { kind: "context-too-long", status: 413 },
    { kind: "context-too-long", codes: ["request_too_large"] },
    { kind: "content-filter", text: /blocked by content filtering policy/i },
    { kind: "permission", text: /^This (?:organization has been disabled|credential is only authorized)/ },
    { kind: "overloaded", codes: ["overloaded_error"] },
    { kind: "rate-limit", codes: ["rate_limit_error"] },
    { kind: "timeout", codes: ["timeout_error"] },
  ]),
};

/** Tokens of an OAuth sign-in go as a bearer, and only with the beta that allows them. */
function credentialOf(secret: string): Readonly<Record<string, string>> {
  if (secret.startsWith("sk-ant-oat"))
    return { authorization: `Bearer ${secret}`, "anthropic-beta": "oauth-2025-04-20" };
  return secret === "" ? {} : { "x-api-key": secret };
}
