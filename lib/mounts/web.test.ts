import { expect, it } from "vitest";
import { benchOf, modelOf } from "#tests/support/gateway";
import { serveWeb } from "./web.ts";

const ask = (body: unknown, signal?: AbortSignal) =>
  new Request("http://portal.test/v1/chat/completions", {
    method: "POST",
    headers: { authorization: "Bearer good-key" },
    body: JSON.stringify(body),
    signal,
  });

const chat = { model: "model", messages: [{ role: "user", content: "hello" }] };

it("answers a plain call and settles it", async () => {
  const bench = benchOf([modelOf()]);
  const response = await serveWeb(ask(chat), bench.deps);
  expect(response.status).toBe(200);
  expect((await response.json()).choices).toHaveLength(1);
  expect(bench.records[0]?.outcome).toBe("completed");
});

it("streams to the end and settles after it", async () => {
  const bench = benchOf([modelOf()]);
  const response = await serveWeb(ask({ ...chat, stream: true }), bench.deps);
  const text = await response.text();
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(bench.records).toHaveLength(1);
});

it("stops the upstream and settles when the caller cancels", async () => {
  const bench = benchOf([modelOf()]);
  const response = await serveWeb(
    ask({ ...chat, stream: true, sandbox: { tokensPerSecond: 20, outputTokens: 200 } }),
    bench.deps,
  );
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect(bench.records[0]).toMatchObject({ outcome: "cancelled", status: 499 });
});
