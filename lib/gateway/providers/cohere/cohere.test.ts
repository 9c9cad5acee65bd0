import { expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { cohereProvider as provider } from "./index.ts";

const { urlOf, authorize, classify } = provider;
const BASE = "https://api.cohere.ai/compatibility/v1";

it("offers chat completions and embeddings, and nothing else", () => {
  const at = (operation: Parameters<typeof urlOf>[1]) => urlOf(provider.defaultBaseUrl ?? "", operation, "command-a");
  expect(at("chat-completions")).toBe(`${BASE}/chat/completions`);
  expect(at("embeddings")).toBe(`${BASE}/embeddings`);
  for (const operation of ["completions", "moderations", "models", "responses"] as const)
    expect(at(operation)).toBeUndefined();
  expect(authorize("k")).toEqual({ authorization: "Bearer k" });
});

it("what it does not support and would change the answer is left for it to refuse", async () => {
  const bench = await openReplay();
  const canned = {
    status: 422,
    body: JSON.stringify({ message: "unknown field: parameter 'n' is not a valid field" }),
  };
  const { status, received } = await bench.replay({ provider, canned, body: { n: 2, store: true, user: "u" } });
  expect(received?.body).toMatchObject({ n: 2 });
  expect(received?.body).not.toHaveProperty("store");
  expect(received?.body).not.toHaveProperty("user");
  expect(status).toBe(422);
  await bench.close();
});

it("embeddings pass as they are", async () => {
  const bench = await openReplay();
  const reply = {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [0.5] }],
    model: "embed-v4.0",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
  const { text, record, received } = await bench.replay({
    provider,
    canned: { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(reply) },
    path: "/v1/embeddings",
    body: { input: ["yard"], messages: undefined },
  });
  expect(received?.path).toBe("/compatibility/v1/embeddings");
  expect(JSON.parse(text).data).toEqual(reply.data);
  expect(record.usage).toMatchObject({ inputTokens: 3, outputTokens: 0 });
  await bench.close();
});

it("a prompt that is too long is told from a limit that is too high, and a month from a minute", () => {
  const kind = (status: number, message: string) => classify(headOf(status), { message }).kind;
  expect(kind(400, "too many tokens: size limit exceeded by 11326 tokens.")).toBe("context-too-long");
  expect(kind(400, "too many tokens: max tokens must be less than or equal to 4096")).toBe("bad-request");
  expect(kind(429, "You are using a Trial key, which is limited to 40 API calls / minute.")).toBe("rate-limit");
  expect(kind(429, "You are using a Trial key, which is limited to 1000 API calls / month.")).toBe("quota");
  expect(kind(499, "request cancelled")).toBe("server");
});
