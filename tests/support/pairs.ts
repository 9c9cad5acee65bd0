import { vi } from "vitest";
import type { RequestRecord } from "#lib/base/request-record";
import type { DialectId } from "#lib/gateway/conversation";
import { anthropicProvider } from "#lib/gateway/providers/anthropic/index";
import { geminiProvider } from "#lib/gateway/providers/gemini/index";
import { openAiCompatible } from "#lib/gateway/providers/openai-compatible/build";
import type { Provider } from "#lib/gateway/providers/provider";
import type { Model } from "#lib/gateway/routing/table";
import { startDialectUpstream } from "./dialect-upstream.ts";
import { deploymentOf, modelOf } from "./gateway.ts";
import { openGatewayDoor } from "./gateway-door.ts";
import type { Reading } from "./pairs-answer.ts";
import { chatReading } from "./pairs-answers-chat.ts";
import { geminiReading } from "./pairs-answers-gemini.ts";
import { messagesReading } from "./pairs-answers-messages.ts";
import { responsesReading } from "./pairs-answers-responses.ts";
import type { JsonObject } from "./pairs-json.ts";
import type { Phrasing } from "./pairs-question.ts";
import { chatPhrasing } from "./pairs-requests-chat.ts";
import { geminiPhrasing } from "./pairs-requests-gemini.ts";
import { messagesPhrasing } from "./pairs-requests-messages.ts";
import { responsesPhrasing } from "./pairs-requests-responses.ts";

export const DIALECTS = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"] as const;

export const PHRASINGS: Readonly<Record<DialectId, Phrasing>> = {
  "openai-chat": chatPhrasing,
  "openai-responses": responsesPhrasing,
  "anthropic-messages": messagesPhrasing,
  gemini: geminiPhrasing,
};

export const READINGS: Readonly<Record<DialectId, Reading>> = {
  "openai-chat": chatReading,
  "openai-responses": responsesReading,
  "anthropic-messages": messagesReading,
  gemini: geminiReading,
};

/** Chat completions as a provider whose thoughts may be given back (DeepSeek, Moonshot, OpenRouter). */
export const THINKING_CHAT = "through-thinking-chat";

/** The model of ours that is served by an upstream of a dialect. */
export const modelThrough = (dialect: DialectId): string => `through-${dialect}`;

/** What the upstreams call them: models of the newest kind that takes every field asked for. */
export const UPSTREAM_MODELS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "gpt-5.2",
  "openai-responses": "gpt-5.2",
  "anthropic-messages": "claude-sonnet-4-6",
  gemini: "gemini-3-pro-preview",
};

const chatOnly = (takesReasoning: boolean): Provider => openAiCompatible({ kind: "openai-compatible", takesReasoning });

const responsesOnly: Provider = {
  ...openAiCompatible({ kind: "openai-responses", hasResponses: true }),
  dialect: "openai-responses",
  urlOf: (baseUrl, operation) => (operation === "responses" ? `${baseUrl}/responses` : undefined),
};

const PROVIDERS: Readonly<Record<DialectId, Provider>> = {
  "openai-chat": chatOnly(false),
  "openai-responses": responsesOnly,
  "anthropic-messages": anthropicProvider,
  gemini: geminiProvider,
};

const BASES: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1",
  "openai-responses": "/v1",
  "anthropic-messages": "",
  gemini: "/v1beta",
};

type Served = { readonly id: string; readonly provider: Provider; readonly dialect: DialectId };

const modelFor = ({ id, provider, dialect }: Served, origin: string): Model =>
  modelOf({
    id,
    deployments: [
      deploymentOf({
        id: `${id}/main`,
        provider,
        baseUrl: origin + BASES[dialect],
        upstreamModel: UPSTREAM_MODELS[dialect],
      }),
    ],
  });

/** The models in front of one upstream that speaks all dialects, and one that takes thoughts back. */
export const modelsAt = (origin: string): readonly Model[] => [
  ...DIALECTS.map((dialect) => modelFor({ id: modelThrough(dialect), provider: PROVIDERS[dialect], dialect }, origin)),
  modelFor({ id: THINKING_CHAT, provider: chatOnly(true), dialect: "openai-chat" }, origin),
];

export type Sent = {
  readonly caller: DialectId;
  readonly model: string;
  readonly isStream: boolean;
  readonly body: JsonObject;
};

export type Got = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the upstream was sent for it, in order. */
  readonly dropped: readonly string[];
};

const PATHS: Readonly<Record<Exclude<DialectId, "gemini">, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
};

const pathOf = ({ caller, model, isStream }: Sent) =>
  caller === "gemini"
    ? `/v1beta/models/${model}:${isStream ? "streamGenerateContent?alt=sse" : "generateContent"}`
    : PATHS[caller];

/** Each dialect's callers send their key in their own way. */
const CREDENTIALS: Readonly<Record<DialectId, Readonly<Record<string, string>>>> = {
  "openai-chat": { authorization: "Bearer good-key" },
  "openai-responses": { authorization: "Bearer good-key" },
  "anthropic-messages": { "x-api-key": "good-key", "anthropic-version": "2023-06-01" },
  gemini: { "x-goog-api-key": "good-key" },
};

/** Sends one request to the gateway as a caller of a dialect does, and reads the answer to its end. */
async function send(origin: string, sent: Sent): Promise<Got> {
  const response = await fetch(origin + pathOf(sent), {
    method: "POST",
    headers: { "content-type": "application/json", ...CREDENTIALS[sent.caller] },
    body: JSON.stringify(sent.body),
  });
  const text = await response.text();
  const dropped = (response.headers.get("x-switchyard-dropped") ?? "").split(", ").filter((name) => name !== "");
  return { status: response.status, headers: response.headers, text, dropped };
}

/** Sends a request for a stream, and reads as much of it as is wanted. */
export async function openStream(origin: string, sent: Sent) {
  const leaving = new AbortController();
  const response = await fetch(origin + pathOf(sent), {
    method: "POST",
    headers: { "content-type": "application/json", ...CREDENTIALS[sent.caller] },
    body: JSON.stringify(sent.body),
    signal: leaving.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    headers: response.headers,
    /** Reads until the text so far will do, or to the end; gives all of it. */
    readUntil: async (willDo: (text: string) => boolean): Promise<string> => {
      while (!willDo(text)) {
        const piece = await reader?.read();
        if (piece === undefined || piece.done) break;
        text += piece.value;
      }
      return text;
    },
    hangUp: async () => {
      leaving.abort();
      await reader?.cancel().catch(() => undefined);
    },
  };
}

/** The gateway in front of an upstream that speaks all four dialects. */
export async function openPairs() {
  const upstream = await startDialectUpstream();
  const door = await openGatewayDoor(modelsAt(upstream.origin));
  return {
    upstream,
    origin: door.origin,
    records: door.bench.records,
    notes: door.bench.notes,
    send: (sent: Sent) => send(door.origin, sent),
    close: async () => {
      await door.close();
      await upstream.close();
    },
  };
}

export type Pairs = Awaited<ReturnType<typeof openPairs>>;

/** Waits for the record of a request, which is written when its connection is done with it. */
export async function recordOf({ records, notes }: Pairs, headers: Headers): Promise<RequestRecord> {
  const id = headers.get("x-request-id");
  const find = () => {
    const record = [...records, ...notes].find((one) => one.id === id);
    if (record === undefined) throw new Error(`no record of ${id}`);
    return record;
  };
  return await vi.waitFor(find, { timeout: 10_000 });
}
