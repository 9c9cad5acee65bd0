import { afterAll, beforeAll, expect } from "vitest";
import { createKey } from "#lib/features/keys/create-key";
import { type IdentityStage, type Member, openIdentityStage } from "./identity.ts";

const model = (id: string, access?: Readonly<Record<string, readonly string[]>>) => ({
  id,
  price: { input: "1.00", output: "2.00" },
  deployments: [{ id: "main", provider: "sandbox", upstreamModel: "sandbox-chat" }],
  ...(access && { access }),
});

const DOCUMENT = {
  version: 1,
  providers: [{ id: "sandbox", kind: "sandbox" }],
  models: [
    { ...model("a"), aliases: ["alias-of-a"] },
    model("b"),
    model("c"),
    model("for-admins", { roles: ["owner", "admin"] }),
    model("for-gold", { plans: ["gold"] }),
    model("for-nobody-here", { organizations: ["somebody-else"] }),
  ],
};
export const OPEN_MODELS = ["a", "alias-of-a", "b", "c"];

export type Asking = { readonly model?: string; readonly path?: string; readonly header?: string };

/** Two gateways with people, keys and tokens for the test file that says so. */
export function identityOfFile() {
  let stage: IdentityStage;
  let org: Awaited<ReturnType<IdentityStage["organization"]>>;
  let urls: readonly string[];
  beforeAll(async () => {
    stage = await openIdentityStage(DOCUMENT);
    org = await stage.organization();
    urls = stage.gateways.map(({ url }) => url);
  }, 120_000);
  afterAll(() => stage?.close(), 60_000);

  const atBoth = (credential: string, asking?: Asking) =>
    Promise.all(urls.map((url) => askGateway(url, credential, asking)));
  return {
    stage: () => stage,
    org: () => org,
    urls: () => urls,
    statusesOf: async (credential: string, asking?: Asking) =>
      (await atBoth(credential, asking)).map(({ status }) => status),
    codesOf: async (credential: string, asking?: Asking) =>
      (await atBoth(credential, asking)).map(({ code }) => code ?? "ok"),
    keyOf: (member: Member) =>
      createKey(stage.contextOf(member), { name: "k" }, { keyPepper: stage.installation.environment.KEY_PEPPER ?? "" }),
    createdKey: async (given: Readonly<Record<string, unknown>> = {}, orgId = org.id) => {
      const { status, body } = await stage.admin("POST", `/organizations/${orgId}/keys`, { name: "k", ...given });
      expect(status).toBe(201);
      return { id: String(body.id), secret: String(body.secret) };
    },
  };
}

/** Asks one gateway: for a chat, or by GET for another path. */
export async function askGateway(url: string, credential: string, asking: Asking = {}) {
  const { path, header = "authorization" } = asking;
  const chat = { model: asking.model ?? "a", messages: [{ role: "user", content: "hi" }], max_tokens: 5 };
  const answer = await fetch(`${url}${path ?? "/v1/chat/completions"}`, {
    method: path === undefined ? "POST" : "GET",
    headers: {
      [header]: header === "authorization" ? `Bearer ${credential}` : credential,
      "content-type": "application/json",
    },
    body: path === undefined ? JSON.stringify(chat) : undefined,
  });
  const body = await answer.json();
  return { status: answer.status, code: body.error?.code, body };
}
