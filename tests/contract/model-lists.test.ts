import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelOf } from "#tests/support/gateway";
import { type GatewayDoor, openGatewayDoor } from "#tests/support/gateway-door";

/** More than a page of either dialect. */
const IDS = Array.from({ length: 120 }, (_, at) => `org/model-${at}`);
const HIDDEN = modelOf({ id: "hidden", access: { organizations: new Set(["theirs"]) } });

let door: GatewayDoor;
beforeAll(async () => {
  door = await openGatewayDoor([
    ...IDS.map((id) => modelOf({ id, contextTokens: 200_000, maxOutputTokens: 8_192 })),
    HIDDEN,
  ]);
});
afterAll(() => door.close());

const openai = () => new OpenAI({ apiKey: "good-key", baseURL: `${door.origin}/v1`, maxRetries: 0 });
const anthropic = (given: { apiKey?: string; authToken?: string } = { apiKey: "good-key" }) =>
  new Anthropic({ apiKey: null, ...given, baseURL: door.origin, maxRetries: 0 });
const google = (apiKey = "good-key", apiVersion?: string) =>
  new GoogleGenAI({ apiKey, apiVersion, httpOptions: { baseUrl: door.origin } });

describe("the openai package", () => {
  it("lists the models and retrieves one", async () => {
    const ids: string[] = [];
    for await (const { id } of openai().models.list()) ids.push(id);
    expect(ids).toEqual(IDS);
    expect(await openai().models.retrieve("org/model-7")).toMatchObject({ id: "org/model-7", object: "model" });
  });

  it("raises its own exception for a model that may not be used", async () => {
    await expect(openai().models.retrieve("hidden")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe("the @anthropic-ai/sdk package", () => {
  it("lists the models through all pages and retrieves one", async () => {
    const ids: string[] = [];
    for await (const { id } of anthropic().models.list({ limit: 50 })) ids.push(id);
    expect(ids).toEqual(IDS);
    const one = await anthropic().models.retrieve("org/model-7");
    expect(one).toMatchObject({ type: "model", id: "org/model-7", display_name: "org/model-7" });
    expect(one).toMatchObject({ max_input_tokens: 200_000, max_tokens: 8_192 });
    expect(Number.isNaN(Date.parse(one.created_at))).toBe(false);
  });

  it("reads backwards from a model", async () => {
    const page = await anthropic().models.list({ limit: 10, before_id: "org/model-100" });
    expect(page.data.map(({ id }) => id)).toEqual(IDS.slice(90, 100));
    expect((await page.getNextPage()).data.map(({ id }) => id)).toEqual(IDS.slice(80, 90));
  });

  it("is known by a bearer too, as Claude Code sends it", async () => {
    expect((await anthropic({ authToken: "good-key" }).models.list()).data).toHaveLength(20);
  });

  it("raises its own exceptions, with the request's id", async () => {
    const missing = await anthropic()
      .models.retrieve("hidden")
      .catch((thrown: unknown) => thrown);
    expect(missing).toBeInstanceOf(Anthropic.NotFoundError);
    expect(missing).toMatchObject({ requestID: expect.stringMatching(/^[0-9a-f-]{36}$/), type: "not_found_error" });
    await expect(anthropic({ apiKey: "bad-key" }).models.list()).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });
});

describe("the @google/genai package", () => {
  it.each([undefined, "v1beta"])(
    "lists the models through all pages and gets one (API version %s)",
    async (version) => {
      const { models } = google("good-key", version);
      const names: (string | undefined)[] = [];
      for await (const { name } of await models.list({ config: { pageSize: 50 } })) names.push(name);
      expect(names).toEqual(IDS.map((id) => `models/${id}`));
      const one = await models.get({ model: "models/org/model-7" });
      expect(one).toMatchObject({ name: "models/org/model-7", displayName: "org/model-7", inputTokenLimit: 200_000 });
      expect(one.supportedActions).toContain("generateContent");
    },
  );

  it("raises its own exception for a model that may not be used, and for a wrong key", async () => {
    await expect(google().models.get({ model: "hidden" })).rejects.toMatchObject({ name: "ApiError", status: 404 });
    await expect(google("bad-key").models.list()).rejects.toMatchObject({ name: "ApiError", status: 401 });
  });
});

it("Claude Code's question for the models of its gateway is answered with their ids", async () => {
  const answer = await fetch(`${door.origin}/v1/models?limit=1000`, {
    headers: { authorization: "Bearer good-key", "anthropic-version": "2023-06-01" },
  });
  const { data } = await answer.json();
  expect(data.map(({ id }: { id: string }) => id)).toEqual(IDS);
});
