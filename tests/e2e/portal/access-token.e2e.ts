import { createRemoteJWKSet, jwtVerify } from "jose";
import { expect, inject, it } from "vitest";
import { z } from "zod";
import { portalUnderTest } from "./portal-under-test.ts";

const Issued = z.strictObject({ accessToken: z.string(), expiresIn: z.literal(600), tokenType: z.literal("Bearer") });

const { url, operator } = portalUnderTest(inject("portal"));

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

/** Signs in as the form of the portal does, without a browser. Gives the cookies. */
async function signIn(): Promise<string> {
  const first = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await first.json());
  const answer = await fetch(`${url}/api/auth/callback/password`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookiesOf(first), origin: url },
    body: new URLSearchParams({ csrfToken, ...operator(), json: "true" }),
  });
  return `${cookiesOf(first)}; ${cookiesOf(answer)}`;
}

type Asking = {
  readonly cookie?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

async function ask({ cookie = "", body = { organization: "demo", project: "default" }, headers }: Asking) {
  const answer = await fetch(`${url}/api/portal/token`, {
    method: "POST",
    headers: { cookie, origin: url, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const read: unknown = await answer.json();
  return { status: answer.status, answer: read, headers: answer.headers };
}

const statusOf = async (token: string) =>
  (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } })).status;

it("a signed-in member gets a token that anyone can verify and the gateway accepts, until they sign out", async () => {
  const cookie = await signIn();
  const issued = await ask({ cookie });
  expect(issued).toMatchObject({ status: 200 });
  expect(issued.headers.get("cache-control")).toBe("no-store");
  const { accessToken } = Issued.parse(issued.answer);
  const published = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(accessToken, published, {
    algorithms: ["EdDSA"],
    issuer: url,
    audience: "switchyard-api",
    typ: "at+jwt",
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
  expect(await statusOf(accessToken)).toBe(200);

  const { csrfToken } = z
    .object({ csrfToken: z.string() })
    .parse(await (await fetch(`${url}/api/auth/csrf`, { headers: { cookie } })).json());
  await fetch(`${url}/api/auth/signout`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: url },
    body: new URLSearchParams({ csrfToken, json: "true" }),
  });
  await expect.poll(() => statusOf(accessToken), { timeout: 5_000 }).toBe(401);
  await expect.poll(async () => (await ask({ cookie })).status, { timeout: 5_000 }).toBe(401);
});

it("401: nobody who is not signed in; 403: no page of another origin; 404: no organisation of others", async () => {
  expect(await ask({})).toMatchObject({ status: 401, answer: { error: { code: "signed_out" } } });
  const cookie = await signIn();
  const foreign: readonly Record<string, string>[] = [
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const headers of foreign) expect(await ask({ cookie, headers })).toMatchObject({ status: 403 });
  for (const body of [{ organization: "nobody" }, { organization: "demo", project: "nowhere" }])
    expect(await ask({ cookie, body })).toMatchObject({ status: 404, answer: { error: { code: "not_found" } } });
});

it("400, 413, 415: a body that is not ours", async () => {
  const cookie = await signIn();
  expect(await ask({ cookie, body: "{" })).toMatchObject({ status: 400, answer: { error: { code: "invalid_json" } } });
  for (const body of [
    null,
    {},
    { organization: 1 },
    { organization: "demo", sub: "x" },
    { organization: "demo", exp: 9 },
  ])
    expect({ body, ...(await ask({ cookie, body })) }).toMatchObject({ status: 400 });
  expect(await ask({ cookie, body: { organization: "x".repeat(5_000) } })).toMatchObject({ status: 413 });
  expect(await ask({ cookie, headers: { "content-type": "text/plain" } })).toMatchObject({ status: 415 });
});

it("the key set is public, cached for minutes, and holds no private part", async () => {
  const answer = await fetch(`${url}/.well-known/jwks.json`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
  const { keys } = z.object({ keys: z.array(z.record(z.string(), z.string())) }).parse(await answer.json());
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "crv", "kid", "kty", "use", "x"]]);
});
