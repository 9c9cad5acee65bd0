import { describe, expect, it } from "vitest";
import { AppError } from "#lib/base/errors";
import { createSilence } from "#lib/drivers/silence";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { handle } from "./handle.ts";
import { sandboxProvider } from "./providers/sandbox/index.ts";

const chat = (given: Record<string, unknown> = {}) => ({
  model: "model",
  messages: [{ role: "user", content: "hello yard" }],
  ...given,
});

describe("a plain call", () => {
  it("is answered, journalled before it is sent, settled once at its close, and priced", async () => {
    const bench = benchOf([modelOf()]);
    const reply = await handle(requestOf({ body: chat() }), bench.deps);
    expect(reply.status).toBe(200);
    expect(bench.admitted).toHaveLength(1);
    expect(bench.records).toHaveLength(0);
    const body = JSON.parse(await bodyOf(reply));
    reply.onClose("sent");
    expect(body.choices[0].message.content).toContain("hello yard");
    expect(bench.records).toHaveLength(1);
    const [record] = bench.records;
    expect(record).toMatchObject({ status: 200, outcome: "completed", servedModel: "model", configVersion: 7 });
    const expected = BigInt(body.usage.prompt_tokens) * 1000n + BigInt(body.usage.completion_tokens) * 2000n;
    expect(record?.cost).toBe(expected);
    expect(reply.headers["x-switchyard-cost"]).toBe(`0.${expected.toString().padStart(9, "0")}`);
    expect(reply.headers["x-request-id"]).toBe(record?.id);
  });

  it("from a test key goes to the sandbox, whatever the deployments are, and costs nothing", async () => {
    const bench = benchOf([modelOf({ deployments: [deploymentOf({ baseUrl: "http://127.0.0.1:1" })] })]);
    const reply = await handle(requestOf({ key: "test-key", body: chat() }), bench.deps);
    expect(await bodyOf(reply)).toContain("sandbox");
    expect(bench.records[0]).toMatchObject({ isTest: true, cost: 0n, provider: "sandbox" });
  });
});

describe("a streamed call", () => {
  it("hides the usage chunk it had to ask for, and bills by it", async () => {
    const bench = benchOf([modelOf()]);
    const text = await bodyOf(await handle(requestOf({ body: chat({ stream: true }) }), bench.deps));
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(text).not.toContain("usage");
    expect(bench.records[0]?.usage).toMatchObject({ isEstimated: false });
    expect(bench.records[0]?.usage.outputTokens).toBeGreaterThan(3);
  });

  it("passes the usage chunk on where the caller asked", async () => {
    const bench = benchOf([modelOf()]);
    const body = chat({ stream: true, stream_options: { include_usage: true } });
    const text = await bodyOf(await handle(requestOf({ body }), bench.deps));
    expect(text.match(/"usage":\{/g)).toHaveLength(1);
    expect(text.match(/"usage":null/g)?.length).toBeGreaterThan(1);
  });

  it.each(["cut", "reset", "malformed", "error-in-stream"])(
    "that fails midway (%s) ends in an error frame, never as success",
    async (fault) => {
      const bench = benchOf([modelOf()]);
      const text = await bodyOf(
        await handle(requestOf({ body: chat({ stream: true, sandbox: { fault } }) }), bench.deps),
      );
      expect(text).toContain('"delta"');
      expect(text).toMatch(/data: \{"error":\{"message":.*\}\n\n$/);
      expect(text).not.toContain("[DONE]");
      expect(bench.records[0]).toMatchObject({ outcome: "failed", usage: { isEstimated: true } });
    },
  );

  it("is failed over while nothing has been sent, and the second upstream answers", async () => {
    const bad = deploymentOf({
      id: "model/bad",
      provider: sandboxProvider,
      upstreamModel: "x-fault-error-in-200",
      priority: 0,
    });
    const good = deploymentOf({ id: "model/good", provider: sandboxProvider, upstreamModel: "model", priority: 1 });
    const bench = benchOf([modelOf({ deployments: [good, bad] })]);
    const reply = await handle(requestOf({ body: chat({ stream: true }) }), bench.deps);
    expect(reply.headers["x-switchyard-attempts"]).toBe("2");
    expect(await bodyOf(reply)).toContain("[DONE]");
    expect(bench.records[0]?.attempts.map(({ deployment, failure }) => [deployment, failure])).toEqual([
      ["model/bad", "server"],
      ["model/good", undefined],
    ]);
  });

  it("is kept alive by comments while the upstream thinks, from before its first content on", async () => {
    const silence = createSilence(40);
    const bench = benchOf([modelOf()], { silence });
    const body = chat({ stream: true, sandbox: { tokensPerSecond: 5, outputTokens: 2 } });
    const text = await bodyOf(await handle(requestOf({ body }), bench.deps));
    silence.close();
    const comments = text.split("\n\n").filter((frame) => frame === ": keep-alive");
    expect(comments.length).toBeGreaterThan(2);
    expect(text.indexOf(": keep-alive")).toBeLessThan(text.indexOf('"content":"the'));
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("is aborted upstream and billed for what was seen when the caller hangs up", async () => {
    const bench = benchOf([modelOf()]);
    const reply = await handle(
      requestOf({ body: chat({ stream: true, sandbox: { tokensPerSecond: 50, outputTokens: 500 } }) }),
      bench.deps,
    );
    let seen = 0;
    const count = (bytes: Uint8Array) => {
      seen += bytes.length;
      return true;
    };
    if ("pump" in reply.body) reply.body.pump({ write: count, end: () => undefined, onDrain: () => undefined });
    await new Promise((resolve) => setTimeout(resolve, 150));
    reply.onClose("caller-left");
    const atHangUp = seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toBe(atHangUp);
    expect(bench.records[0]).toMatchObject({ outcome: "cancelled", status: 499, usage: { isEstimated: true } });
    expect(bench.records[0]?.usage.outputTokens).toBeLessThan(100);
  });
});

describe("a refusal", () => {
  const refused = [
    ["no key", { key: null, body: chat() }, 401, "missing_api_key"],
    ["a wrong key", { key: "bad", body: chat() }, 401, "invalid_api_key"],
    ["an unknown URL", { path: "/v1/nothing" }, 404, "not_found"],
    ["a wrong method", { method: "GET" }, 405, "method_not_allowed"],
    ["bad JSON", { body: "{" }, 400, "invalid_json"],
    ["an array", { body: "[]" }, 400, "invalid_json"],
    ["text that is not UTF-8", { body: Buffer.from('{"model":"m\xff"}', "latin1") }, 400, "invalid_json"],
    ["no model", { body: { messages: [{}] } }, 400, "missing_field"],
    ["no messages", { body: { model: "model" } }, 400, "missing_field"],
    ["empty messages", { body: { model: "model", messages: [] } }, 400, "invalid_field"],
    ["an unknown model", { body: chat({ model: "nobody" }) }, 404, "model_not_found"],
    ["stream options without a stream", { body: chat({ stream_options: {} }) }, 400, "invalid_field"],
    ["two models", { body: '{"model":"a","model":"b","messages":[{}]}' }, 400, "invalid_field"],
    [
      "deep nesting",
      { body: `{"model":"model","messages":[${"[".repeat(200)}${"]".repeat(200)}]}` },
      400,
      "too_complex",
    ],
  ] as const;

  it.each(refused)("of %s is a JSON error with our code, and is recorded", async (...refusal) => {
    const [, sent, status, code] = refusal;
    const bench = benchOf([modelOf()]);
    const reply = await handle(requestOf(sent), bench.deps);
    const body = JSON.parse(await bodyOf(reply));
    expect(reply.status).toBe(status);
    expect(body.error).toMatchObject({ code, message: expect.any(String), type: expect.any(String) });
    expect("param" in body.error).toBe(true);
    expect(bench.admitted).toHaveLength(0);
    expect(bench.notes[0]).toMatchObject({ status, errorCode: code, outcome: "refused", cost: 0n });
  });

  it("for want of money is a 402 that SDKs do not retry", async () => {
    const bench = benchOf([modelOf()], { money: { reserve: () => ({ held: false, reason: "no-money" }) } });
    const reply = await handle(requestOf({ body: chat() }), bench.deps);
    expect(reply.status).toBe(402);
    expect(reply.headers["x-should-retry"]).toBe("false");
  });

  it("for want of a journal is a 503 that gives its hold back and is noted like any refusal", async () => {
    const settled: bigint[] = [];
    const money = { reserve: () => ({ held: true, hold: { settle: (cost: bigint) => settled.push(cost) } }) as const };
    const bench = benchOf([modelOf()], { money });
    const admit = () => Promise.reject(new AppError("journal_full", "No room."));
    const reply = await handle(requestOf({ body: chat() }), {
      ...bench.deps,
      journal: { ...bench.deps.journal, admit },
    });
    await bodyOf(reply);
    expect(reply.status).toBe(503);
    expect(bench.records).toHaveLength(0);
    expect(bench.notes).toMatchObject([{ status: 503, errorCode: "journal_full", cost: 0n }]);
    expect(settled).toEqual([0n]);
  });
});
