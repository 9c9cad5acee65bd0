import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReplay } from "#tests/support/replay";
import { headOf } from "#tests/support/upstream-head";
import { azureOpenAiProvider as provider } from "./index.ts";

const { urlOf, authorize, classify } = provider;
const chat = readFileSync(new URL("./fixtures/chat.json", import.meta.url), "utf8");

describe("the address", () => {
  const RESOURCE = "https://resource.openai.azure.com";

  it.each([
    [RESOURCE, `${RESOURCE}/openai/deployments/gpt-5-nano/chat/completions?api-version=2024-10-21`],
    [`${RESOURCE}/`, `${RESOURCE}/openai/deployments/gpt-5-nano/chat/completions?api-version=2024-10-21`],
    [`${RESOURCE}/openai`, `${RESOURCE}/openai/deployments/gpt-5-nano/chat/completions?api-version=2024-10-21`],
    [
      `${RESOURCE}?api-version=2024-12-01-preview`,
      `${RESOURCE}/openai/deployments/gpt-5-nano/chat/completions?api-version=2024-12-01-preview`,
    ],
    [
      "https://apim.example/team",
      "https://apim.example/team/openai/deployments/gpt-5-nano/chat/completions?api-version=2024-10-21",
    ],
    [`${RESOURCE}/openai/v1`, `${RESOURCE}/openai/v1/chat/completions`],
    [`${RESOURCE}/openai/v1/?api-version=preview`, `${RESOURCE}/openai/v1/chat/completions?api-version=preview`],
  ])("%s", (baseUrl, expected) => {
    expect(urlOf(baseUrl, "chat-completions", "gpt-5-nano")).toBe(expected);
  });

  it("names a deployment of any spelling in one part of the path", () => {
    expect(urlOf(RESOURCE, "embeddings", "evil.com#/../@x?y=1")).toBe(
      `${RESOURCE}/openai/deployments/evil.com%23%2F..%2F%40x%3Fy%3D1/embeddings?api-version=2024-10-21`,
    );
  });

  it.each(["", ".", "..", "\ud800"])("is not there for the deployment %j", (name) => {
    expect(urlOf(RESOURCE, "chat-completions", name)).toBeUndefined();
  });

  it.each([
    [`${RESOURCE}/openai/v1`, `${RESOURCE}/openai/v1/responses`],
    [`${RESOURCE}?api-version=2025-03-01-preview`, `${RESOURCE}/openai/responses?api-version=2025-03-01-preview`],
    [RESOURCE, undefined],
    [`${RESOURCE}?api-version=2024-12-01-preview`, undefined],
  ])("of the Responses API is below no deployment, and only in versions that have it: %s", (baseUrl, expected) => {
    expect(urlOf(baseUrl, "responses", "gpt-5-nano")).toBe(expected);
  });

  it("of the list of models is below no deployment", () => {
    expect(urlOf(RESOURCE, "models", "")).toBe(`${RESOURCE}/openai/models?api-version=2024-10-21`);
  });

  it.each(["messages", "generate-content", "embed-content"] as const)("is not there for %s", (operation) => {
    expect(urlOf(RESOURCE, operation, "m")).toBeUndefined();
    expect(urlOf(`${RESOURCE}/openai/v1`, operation, "m")).toBeUndefined();
  });

  it("has no moderations", () => {
    expect(urlOf(RESOURCE, "moderations", "m")).toBeUndefined();
    expect(urlOf(`${RESOURCE}/openai/v1`, "moderations", "m")).toBeUndefined();
  });
});

it("carries the key in a header of its own", () => {
  expect(authorize("k")).toEqual({ "api-key": "k" });
});

it("what the content policy refused is known by the inner code too", () => {
  const body = { error: { code: "400", message: "m", innererror: { code: "ResponsibleAIPolicyViolation" } } };
  expect(classify(headOf(400), body)).toMatchObject({ kind: "content-filter", isRetryable: false });
});

describe("through the gateway", () => {
  let bench: Awaited<ReturnType<typeof openReplay>>;
  beforeAll(async () => {
    bench = await openReplay();
  });
  afterAll(() => bench.close());

  it.each([
    ["", "/openai/deployments/nano-eu/chat/completions?api-version=2024-10-21"],
    ["/openai/v1", "/openai/v1/chat/completions"],
  ])("asks the form that the address %j names, with the deployment as the model", async (address, path) => {
    const canned = { status: 200, body: chat };
    const { status, received } = await bench.replay({ provider, canned, address, upstreamModel: "nano-eu" });
    expect(status).toBe(200);
    expect(received?.path).toBe(path);
    expect(received?.body.model).toBe("nano-eu");
    expect(received?.headers).toMatchObject({ "api-key": "upstream-secret" });
    expect(received?.headers).not.toHaveProperty("authorization");
  });

  it("a name that can be no deployment is refused before anything is sent", async () => {
    const asked = { provider, canned: { status: 200, body: chat }, upstreamModel: ".." };
    const { status, received } = await bench.replay(asked);
    expect(status).toBe(400);
    expect(received).toBeUndefined();
  });
});
