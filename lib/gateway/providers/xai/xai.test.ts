import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { xAiProvider as provider } from "./index.ts";

const { classify } = provider;

it("reasoning that it counts beside the completion is billed as output", async () => {
  const bench = await openReplay();
  const body = readFileSync(new URL("./fixtures/chat.json", import.meta.url), "utf8");
  const { record } = await bench.replay({ provider, canned: { status: 200, body } });
  expect(record.usage).toMatchObject({ inputTokens: 24, outputTokens: 12, reasoningTokens: 8 });
  await bench.close();
});

it("a 403 is a matter of permission, of its usage policy or of money", () => {
  const kind = (error: string) => classify(headOf(403), { code: "permission-denied", error }).kind;
  expect(kind("The API key does not have permission to perform this action.")).toBe("permission");
  expect(kind("Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO")).toBe("content-filter");
  expect(kind("You have run out of credits or need a Grok subscription.")).toBe("quota");
});

it("a wrong key, which it answers 400, is not the caller's mistake", () => {
  const body = { code: "Client specified an invalid argument", error: "Incorrect API key provided: xa***re." };
  expect(classify(headOf(400), body)).toMatchObject({ kind: "authentication", isRetryable: true });
});
