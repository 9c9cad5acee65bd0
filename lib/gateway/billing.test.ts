import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { startOpenAiUpstream } from "#tests/support/openai-upstream";
import { handle } from "./handle.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An upstream that gives one fixed reply. */
async function upstreamWith(usage: unknown) {
  const reply = {
    id: "x",
    choices: [{ index: 0, message: { role: "assistant", content: "eight by" }, finish_reason: "stop" }],
    usage,
  };
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

async function billed(usage: unknown) {
  const bench = benchOf([modelOf({ deployments: [deploymentOf({ baseUrl: await upstreamWith(usage) })] })]);
  const reply = await handle(
    requestOf({ body: { model: "model", messages: [{ role: "user", content: "hi" }] } }),
    bench.deps,
  );
  await bodyOf(reply);
  const [record] = bench.records;
  if (!record) throw new Error("no record");
  return record;
}

describe("what is billed", () => {
  it("by the usage, cached input and reasoning at their own price, rounded up once", async () => {
    const record = await billed({
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
    expect(record.cost).toBe(6n * 1000n + 4n * 100n + 5n * 2000n);
    expect(record.usage.isEstimated).toBe(false);
  });

  it("no usage: an estimate, flagged", async () => {
    const record = await billed(undefined);
    expect(record.usage).toMatchObject({ isEstimated: true });
    expect(record.cost).toBeGreaterThan(0n);
  });

  it("an explicit zero stays zero", async () => {
    const record = await billed({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    expect(record.cost).toBe(0n);
    expect(record.usage.isEstimated).toBe(false);
  });

  it.each([-5, 1.5, "7", 1e18, null])("nonsense (%s output tokens) is not believed", async (completion_tokens) => {
    const record = await billed({ prompt_tokens: 3, completion_tokens });
    expect(record.usage.isEstimated).toBe(true);
    expect(record.usage.outputTokens).toBeLessThan(1_000);
  });

  it("the estimated input, when the caller hangs up while waiting, and the upstream is aborted at once", async () => {
    const upstream = await startOpenAiUpstream({ pauseMs: 2_000 });
    closing.push(() => void upstream.close());
    const bench = benchOf([modelOf({ deployments: [deploymentOf({ baseUrl: upstream.url })] })]);
    const request = requestOf({ body: { model: "model", messages: [{ role: "user", content: "hi" }] } });
    const answering = handle(request, bench.deps);
    await expect.poll(() => upstream.received.length).toBe(1);
    request.leave();
    const reply = await answering;
    reply.onClose("caller-left");
    expect(reply.status).toBe(499);
    await expect.poll(() => upstream.received[0]?.isAborted, { timeout: 1_500 }).toBe(true);
    expect(bench.records[0]).toMatchObject({ outcome: "cancelled", usage: { outputTokens: 0, isEstimated: true } });
    expect(bench.records[0]?.cost).toBeGreaterThan(0n);
  });

  it("nothing, when the caller hangs up before anything was sent", async () => {
    let sent = 0;
    const bench = benchOf([modelOf({ deployments: [deploymentOf({})] })], {
      upstream: {
        send: () => {
          sent++;
          return { abort: () => undefined, pause: () => undefined, resume: () => undefined };
        },
      },
    });
    const request = requestOf({ body: { model: "model", messages: [{ role: "user", content: "hi" }] } });
    request.leave();
    const reply = await handle(request, bench.deps);
    reply.onClose("caller-left");
    expect(sent).toBe(0);
    expect(bench.records[0]).toMatchObject({ outcome: "cancelled", cost: 0n, attempts: [] });
  });
});

describe("what is sent upstream", () => {
  it("carries our request id and the upstream's credential, nothing of the caller's, and unknown fields untouched", async () => {
    const upstream = await startOpenAiUpstream();
    closing.push(() => void upstream.close());
    const bench = benchOf([
      modelOf({ deployments: [deploymentOf({ baseUrl: upstream.url, upstreamModel: "their-name" })] }),
    ]);
    const body = '{"model":"model","messages":[{"role":"user","content":"hi"}],"future_field":{"n":9007199254740993}}';
    const reply = await handle(requestOf({ body }), bench.deps);
    const answer = JSON.parse(await bodyOf(reply));
    const [received] = upstream.received;
    expect(received?.requestId).toBe(reply.headers["x-request-id"]);
    expect(received?.authorization).toBe("Bearer upstream-secret");
    expect(received?.body).toMatchObject({ model: "their-name", future_field: expect.anything() });
    expect(answer.model).toBe("model");
  });
});
