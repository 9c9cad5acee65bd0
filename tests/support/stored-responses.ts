import { afterAll, beforeAll, beforeEach } from "vitest";
import { openDialer } from "#lib/drivers/upstream.http1";
import { handle } from "#lib/gateway/handle";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import { type Bench, benchOf, bodyOf, callerOf, deploymentOf, modelOf, requestOf } from "./gateway.ts";
import { createMemoryResponses, type MemoryResponses } from "./memory-responses.ts";
import { type ResponsesUpstream, startResponsesUpstream } from "./responses-upstream.ts";

export type Fields = Readonly<Record<string, unknown>>;

const OTHER_ORG = "01900000-0000-7000-8000-000000000009";
const PROJECT = "01900000-0000-7000-8000-00000000000a";
const CALLERS: Readonly<Record<string, ReturnType<typeof callerOf>>> = {
  ours: callerOf(),
  "ours-again": callerOf({ keyId: null, credentialId: "01900000-0000-7000-8000-000000000005" }),
  theirs: callerOf({ orgId: OTHER_ORG }),
  "other-project": callerOf({ projectId: PROJECT }),
  "test-mode": callerOf({ isTest: true }),
};

/** `translated` is answered by the sandbox, which speaks chat; `passing` by an upstream that speaks Responses. */
export const MODES = ["translated", "passing"];

const modelsAt = (url: string) => [
  modelOf({ id: "translated" }),
  modelOf({
    id: "passing",
    aliases: ["alias"],
    deployments: [deploymentOf({ provider: openAiProvider, baseUrl: url, upstreamModel: "gpt-up" })],
  }),
];

/** The core and its upstreams for the test file that says so, with a new store of responses in memory for each test. */
export function storedResponsesOfFile() {
  let upstream: ResponsesUpstream;
  let responses: MemoryResponses;
  let bench: Bench;
  const dialer = openDialer();
  beforeAll(async () => {
    upstream = await startResponsesUpstream();
  });
  afterAll(async () => {
    await dialer.close();
    await upstream.close();
  });

  const openBench = (memory: MemoryResponses) => {
    responses = memory;
    const keys = { find: (presented: string) => CALLERS[presented] ?? null };
    bench = benchOf(modelsAt(upstream.url), { keys, responses, upstream: dialer });
  };
  beforeEach(() => openBench(createMemoryResponses()));

  async function ask(path: string, sent: { method?: string; key?: string; body?: unknown } = {}) {
    const reply = await handle(requestOf({ method: "GET", ...sent, path, key: sent.key ?? "ours" }), bench.deps);
    const text = await bodyOf(reply);
    return { status: reply.status, headers: reply.headers, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
  }

  return {
    openBench,
    ask,
    create: (body: Fields, key = "ours") => ask("/v1/responses", { method: "POST", key, body }),
    retrieve: (id: string, key?: string) => ask(`/v1/responses/${id}`, { key }),
    bench: () => bench,
    kept: () => responses.kept,
    received: () => upstream.received,
  };
}

export const eventsIn = (text: string): readonly Record<string, never>[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)));

export const closingOf = (text: string) => eventsIn(text).at(-1) as unknown as { type: string; response: Fields };
