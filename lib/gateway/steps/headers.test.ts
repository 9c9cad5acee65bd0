import { describe, expect, it } from "vitest";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { startReplayUpstream } from "#tests/support/replay-upstream";
import { handle } from "../handle.ts";
import { anthropicProvider } from "../providers/anthropic/index.ts";

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "model",
  content: [{ type: "text", text: "hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};

const ASKED = { model: "model", max_tokens: 5, messages: [{ role: "user", content: "hi" }] };

async function answered(body: unknown) {
  const upstream = await startReplayUpstream();
  upstream.answer({ status: 200, body: JSON.stringify(MESSAGE) });
  const bench = benchOf([
    modelOf({ deployments: [deploymentOf({ provider: anthropicProvider, baseUrl: upstream.origin })] }),
  ]);
  const request = {
    ...requestOf({ path: "/v1/messages", body }),
    admittedAtMs: Date.UTC(2026, 0, 15, 14, 23, 59, 500),
  };
  const reply = await handle(request, bench.deps);
  await bodyOf(reply);
  await upstream.close();
  return { status: reply.status, headers: reply.headers, id: request.id };
}

describe("an answer to a caller of Anthropic's dialect", () => {
  it("has its id and limits under Anthropic's names, beside ours", async () => {
    const { headers, id } = await answered(ASKED);
    expect(headers).toMatchObject({
      "request-id": id,
      "x-request-id": id,
      "anthropic-ratelimit-requests-limit": "100",
      "anthropic-ratelimit-requests-remaining": "99",
      "x-ratelimit-limit-requests": "100",
    });
  });

  it("says when the limit is whole again as RFC 3339 has times, never too early", async () => {
    const { headers } = await answered(ASKED);
    expect(headers["anthropic-ratelimit-requests-reset"]).toBe("2026-01-15T14:24:01Z");
  });

  it("has them in a refusal too", async () => {
    const { status, headers, id } = await answered({ ...ASKED, max_tokens: 0 });
    expect(status).toBe(400);
    expect(headers).toMatchObject({ "request-id": id, "anthropic-ratelimit-requests-limit": "100" });
  });

  it("has its id where nobody is known, and at an address that is not there", async () => {
    for (const sent of [{ path: "/v1/messages", key: null }, { path: "/v1/messages/batches" }]) {
      const request = requestOf(sent);
      const { headers } = await handle(request, benchOf([]).deps);
      expect(headers["request-id"]).toBe(request.id);
      expect(headers).not.toHaveProperty("anthropic-ratelimit-requests-limit");
    }
  });
});

it("an answer to a caller of another dialect has none of Anthropic's headers", async () => {
  const bench = benchOf([modelOf()]);
  for (const stream of [false, true]) {
    const body = { model: "model", stream, messages: [{ role: "user", content: "hi" }] };
    const { headers } = await handle(requestOf({ body }), bench.deps);
    expect(Object.keys(headers).filter((name) => name.startsWith("anthropic") || name === "request-id")).toEqual([]);
  }
});
