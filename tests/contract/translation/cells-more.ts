import type { Group } from "./feature.ts";

const ALWAYS = "cccc cccc cccc cccc";

export const REASONING: Group = {
  title: "Reasoning",
  features: [
    {
      id: "effort",
      title: "Effort",
      note: "Where a model counts tokens it is the budget of docs/decisions' table, and the other way round.",
      cells: ALWAYS,
    },
    {
      id: "budget",
      title: "Budget in tokens",
      note: "OpenAI's dialects and Claude from 4.6 know efforts only: the one that the budget stands for.",
      cells: "---- ---- cccc cccc",
    },
    { id: "thoughts", title: "Thoughts shown", cells: ALWAYS },
    {
      id: "proof",
      provenIn: "reasoning.test.ts",
      title: "Thoughts given back with their proof",
      field: "messages.1.parts.0",
      note: "OpenAI's chat completions take no thoughts back; to the byte everywhere else.",
      cells: "cccc dccc dccc dccc",
    },
    {
      id: "thinking-chat",
      provenIn: "reasoning.test.ts",
      title: "Thoughts given back to a chat upstream that takes them (DeepSeek, Moonshot, OpenRouter)",
      note: "One column: an upstream that is configured as such a provider.",
      cells: "c--- c--- c--- c---",
    },
  ],
};

export const ACCOUNT: Group = {
  title: "Account and cache",
  features: [
    {
      id: "metadata",
      title: "Metadata",
      field: "metadata|labels",
      note: "OpenAI's chat completions take it only where the answer is stored.",
      cells: "ccdd dcdd ---- dddc",
    },
    { id: "user", title: "End user", field: "userId", cells: "cccd cccd cccd ----" },
    { id: "tier-default", title: "Service tier: the ordinary one", cells: ALWAYS },
    { id: "tier-flex", title: "Service tier: flex", field: "serviceTier", cells: "ccdc ccdc ---- ccdc" },
    {
      id: "cache-hint",
      title: "Cache hint",
      field: "cacheHint|prompt_cache_breakpoint",
      note: "Responses takes it for gpt-5.6 and later.",
      cells: "cdcd dcmd ddcd ----",
    },
    { id: "cache-key", title: "Cache key", field: "cacheKey", cells: "ccdd ccdd ---- ----" },
  ],
};

export const ANSWERS: Group = {
  title: "Answers",
  features: [
    {
      id: "streaming",
      provenIn: "streaming.test.ts",
      title: "Streaming, piece by piece",
      isPromised: true,
      cells: ALWAYS,
    },
    { id: "usage", title: "Usage with cached and reasoning counts", isPromised: true, cells: ALWAYS },
    { id: "finish-stop", title: "Finish reason: stop", isPromised: true, cells: ALWAYS },
    { id: "finish-length", title: "Finish reason: length", isPromised: true, cells: ALWAYS },
    { id: "finish-calls", title: "Finish reason: tool calls", isPromised: true, cells: ALWAYS },
    { id: "finish-filter", title: "Finish reason: content filter", isPromised: true, cells: ALWAYS },
    {
      id: "refusal",
      title: "Refusal",
      note: "Anthropic and Google have no field for it: it is the text.",
      cells: ALWAYS,
    },
    { id: "citations", title: "Citations: address and title", cells: ALWAYS },
  ],
};

export const ERRORS: Group = {
  title: "Errors, in the caller's dialect",
  features: [
    {
      id: "error-400",
      provenIn: "errors.test.ts",
      title: "The upstream's 400, in its own words",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-401",
      provenIn: "errors.test.ts",
      title: "The upstream's 401 is a 502",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-403",
      provenIn: "errors.test.ts",
      title: "The upstream's 403 is a 502",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-404",
      provenIn: "errors.test.ts",
      title: "The upstream's 404 is a 502",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-429",
      provenIn: "errors.test.ts",
      title: "The upstream's 429, with a time to wait",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-500",
      provenIn: "errors.test.ts",
      title: "The upstream's 500 is a 502",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-529",
      provenIn: "errors.test.ts",
      title: "The upstream's overload is a 503",
      isPromised: true,
      cells: ALWAYS,
    },
    {
      id: "error-inside",
      provenIn: "errors.test.ts",
      title: "An error inside a stream",
      isPromised: true,
      cells: ALWAYS,
    },
    { id: "error-cut", provenIn: "errors.test.ts", title: "A stream that is cut", isPromised: true, cells: ALWAYS },
  ],
};
