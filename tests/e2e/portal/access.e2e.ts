import { describe, expect, test } from "vitest";
import { askForAccount, PASSWORD, signIn, signUp } from "./account.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

describe("ways in", () => {
  test("who confirms in another browser than the one that signed up chooses the password anew", async () => {
    const email = newAddress();
    const link = await askForAccount(portal(), await browser().openPage(), email);
    const page = await browser().openPage();
    await page.goto(link);
    await page.getByRole("button", { name: "Confirm and continue" }).click();
    await see(page, "This is not the browser you signed up with");
    await page.getByLabel("New password").fill("the owner's own");
    await page.getByRole("button", { name: "Set password" }).click();
    await see(page, "Your new password is set.");
    await signIn(portal(), page, { email });
    await see(page, "Email and password do not match");
    await signIn(portal(), page, { email, password: "the owner's own" });
    await page.getByRole("heading", { name: "API keys" }).waitFor();
  });

  test.each(["sign-in", "sign-up"])(
    "a password sent before the scripts are there stays out of the address: %s",
    async (path) => {
      const page = await browser().openPage({ javaScriptEnabled: false });
      await page.goto(`${portal().url}/${path}`);
      await page.getByLabel("Email").fill("ada@example.com");
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByLabel("Password", { exact: true }).press("Enter");
      await page.waitForLoadState();
      expect(page.url()).toBe(`${portal().url}/${path}`);
      await page.getByLabel("Email").waitFor();
    },
  );

  test("a mailed link signs in once, by a button that a mail scanner does not press", async () => {
    const email = newAddress();
    await signUp(portal(), await browser().openPage(), email);
    const page = await browser().openPage();
    await page.goto(`${portal().url}/sign-in`);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Email me a sign-in link" }).click();
    const link = await portal().linkIn(email, /sign-in link/);
    const scanner = await browser().openPage();
    await scanner.goto(link);
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await scanner.getByRole("button", { name: "Sign in" }).click();
    await see(scanner, "This link no longer works");
  });

  test("a forgotten password is set anew by mail and signs the old sessions out", async () => {
    const email = newAddress();
    const signedIn = await browser().openPage();
    await signUp(portal(), signedIn, email);
    const page = await browser().openPage();
    await page.goto(`${portal().url}/forgot-password`);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Send link" }).click();
    await page.goto(await portal().linkIn(email, /new password/));
    await page.getByLabel("New password").fill("a whole new password");
    await page.getByRole("button", { name: "Set password" }).click();
    await see(page, "Your new password is set.");
    await signIn(portal(), page, { email });
    await see(page, /Email and password do not match/);
    await signIn(portal(), page, { email, password: "a whole new password" });
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await signedIn.waitForURL(/\/sign-in/, { timeout: 20_000 });
  });

  test("a known address is not given away: not by signing up, not by asking for a link", async () => {
    const known = newAddress();
    await signUp(portal(), await browser().openPage(), known);
    const page = await browser().openPage();
    const said: string[] = [];
    for (const email of [known, "nobody@example.com"]) {
      await page.goto(`${portal().url}/forgot-password`);
      await page.getByLabel("Email").fill(email);
      await page.getByRole("button", { name: "Send link" }).click();
      await page.getByRole("heading", { name: "Check your mail" }).waitFor();
      said.push((await page.getByRole("main").innerText()).replace(email, "…").replace(/\d+ s/, "… s"));
    }
    expect(said[0]).toBe(said[1]);
  });
});

describe("who may see what", () => {
  test("401 and 404: reads need a session, and a member sees only their own organisation", async () => {
    const ada = await browser().openPage();
    const slug = await signUp(portal(), ada, newAddress());
    const eve = await browser().openPage();
    await signUp(portal(), eve, newAddress());
    const paths = ["keys", "usage", "keys/first-request"].map((name) => `/api/portal/${name}?org=${slug}`);
    for (const path of paths) {
      expect((await fetch(portal().url + path)).status).toBe(401);
      expect((await eve.request.get(portal().url + path)).status()).toBe(404);
    }
    expect((await eve.goto(`${portal().url}/o/${slug}/p/default/keys`))?.status()).toBe(404);
    await see(eve, "There is nothing here");
  });

  test("the session cookie is for the server alone", async () => {
    const page = await browser().openPage();
    await signUp(portal(), page, newAddress());
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name.endsWith("next-auth.session-token"));
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  });

  test("what a browser reports to next-auth does not reach the log", async () => {
    const report = new URLSearchParams({ level: "error", code: "WRITTEN-BY-A-STRANGER" });
    const headers = { "sec-fetch-site": "same-origin" };
    const { status } = await fetch(`${portal().url}/api/auth/_log`, { method: "POST", body: report, headers });
    expect(status).toBe(204);
    expect(portal().logged()).not.toContain("WRITTEN-BY-A-STRANGER");
  });

  test("pages come with the headers that keep others out", async () => {
    const { headers } = await fetch(portal().url);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-powered-by")).toBeNull();
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});
