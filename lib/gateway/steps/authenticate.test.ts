import { describe, expect, it } from "vitest";
import { AppError } from "#lib/base/errors";
import { callerOf, requestOf } from "#tests/support/gateway";
import { authenticate } from "./authenticate.ts";

type Given = {
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const CALLER = callerOf();

/** Gives what was looked up, and whether it was found. */
async function present({ path = "/v1/chat/completions", query = "", headers = {} }: Given) {
  const presented: string[] = [];
  const find = (key: string) => {
    presented.push(key);
    return key === "good-key" ? CALLER : null;
  };
  const request = { ...requestOf({ path, key: null }), query, header: (name: string) => headers[name] };
  const found = await (async () => authenticate(request, { find }))().catch((thrown: unknown) => thrown);
  return { found, presented };
}

describe("the key is found", () => {
  it.each([
    ["as a bearer", { authorization: "Bearer good-key" }],
    ["as a bearer in small letters, with spaces", { authorization: " bearer  good-key " }],
    ["where Anthropic's clients put it", { "x-api-key": "good-key" }],
    ["where Azure's clients put it", { "api-key": " good-key " }],
    ["where Google's clients put it", { "x-goog-api-key": "good-key" }],
    ["beside another scheme of authorization", { authorization: "Basic eDp5", "x-api-key": "good-key" }],
    ["beside an empty bearer", { authorization: "Bearer ", "x-goog-api-key": "good-key" }],
    ["as the bearer, where both are sent", { authorization: "Bearer good-key", "x-api-key": "other" }],
  ])("%s", async (_where, headers) => {
    const { found, presented } = await present({ headers });
    expect(found).toBe(CALLER);
    expect(presented).toEqual(["good-key"]);
  });

  it.each(["/v1beta/models", "/v1beta/models/m:streamGenerateContent", "/v1/models/a/b:8b:countTokens"])(
    "in the URL, at Gemini's address %s",
    async (path) => {
      expect((await present({ path, query: "alt=sse&key=good-key" })).found).toBe(CALLER);
      expect((await present({ path, query: "key=good%2Dkey" })).found).toBe(CALLER);
    },
  );

  it("in a header before the URL", async () => {
    const given = { path: "/v1beta/models", query: "key=other", headers: { "x-goog-api-key": "good-key" } };
    expect((await present(given)).presented).toEqual(["good-key"]);
  });
});

describe("401", () => {
  it.each(["/v1/chat/completions", "/v1/messages", "/v1/models"])(
    "a key in the URL of %s is not read",
    async (path) => {
      const { found, presented } = await present({ path, query: "key=good-key" });
      expect(found).toMatchObject({ code: "missing_api_key" });
      expect(presented).toEqual([]);
    },
  );

  it.each([
    ["/v1/chat/completions", "`Authorization: Bearer sk-sy-...`"],
    ["/v1/responses", "`Authorization: Bearer sk-sy-...`"],
    ["/v1/messages/count_tokens", "`x-api-key: sk-sy-...`"],
    ["/v1beta/models", "`x-goog-api-key: sk-sy-...`"],
  ])("without a key, %s says where its clients put one", async (path, place) => {
    const { found } = await present({ path });
    expect(found).toBeInstanceOf(AppError);
    expect(found).toMatchObject({ code: "missing_api_key", status: 401, message: expect.stringContaining(place) });
  });

  it("an unknown key is refused without being repeated", async () => {
    const { found } = await present({ headers: { "x-api-key": "sk-sy-live-unknown" } });
    expect(found).toMatchObject({ code: "invalid_api_key", message: expect.not.stringContaining("unknown") });
  });
});
