import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../up/running-up.ts";
import { createKey, PASSWORD, signIn, signUp } from "./account.ts";
import { type BrowserUnderTest, openBrowser, PHONE, seriousBarriers } from "./browser-under-test.ts";
import { type PortalUnderTest, startPortal } from "./portal-under-test.ts";

let portal: PortalUnderTest;
let browser: BrowserUnderTest;

beforeAll(async () => {
  portal = await startPortal();
  browser = await openBrowser(portal.url);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
let people = 0;
const newAddress = () => `ada${++people}@example.com`;

describe("from signing up to the first bill", () => {
  const email = newAddress();
  let page: Page;
  let slug = "";
  let key = "";

  test("a new person signs up, confirms the address and has a project", async () => {
    page = await browser.openPage();
    slug = await signUp(portal, page, email);
    await see(page, "No keys yet");
    await see(page, "Ada Lovelace’s team");
  });

  test("without credit a test key is offered, with credit a live one", async () => {
    await page.getByRole("button", { name: "Create key" }).first().click();
    await see(page, "a test key is preselected");
    await portal.credit(slug, "5");
    await page.reload();
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByRole("dialog").getByText("Live · Never").waitFor();
  });

  test("a key is shown once, with code that holds it, and is not lost by closing too early", async () => {
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await see(page, "Required");
    await page.getByLabel("Name").fill("production");
    await dialog.getByRole("button", { name: "Create key" }).click();
    key = await page.getByLabel("New API key").inputValue();
    expect(key).toMatch(/^sk-sy-live-[0-9A-Za-z]{54}$/);
    for (const [language, sign] of [
      ["curl", "curl "],
      ["Python", "from openai import OpenAI"],
      ["TypeScript", 'import OpenAI from "openai"'],
    ] as const) {
      await page.getByRole("tab", { name: language }).click();
      const code = await dialog.locator("pre").innerText();
      for (const part of [sign, key, `${portal.url}/v1`, "sandbox-chat"]) expect(code).toContain(part);
    }
    await page.keyboard.press("Escape");
    await see(page, "Close without copying?");
    await page.getByRole("button", { name: "Back to the key" }).click();
    await page.getByRole("button", { name: "Copy key" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await page.getByRole("button", { name: "Done" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(await page.content()).not.toContain(key);
  });

  test("a refused request is explained, and the first good one turns the page green by itself", async () => {
    await page.reload();
    await see(page, "Waiting for your first request");
    await page.getByText("Show code").click();
    expect(await page.locator("main pre").innerText()).toContain("sk-sy-live-…");
    expect((await portal.chat(key, "no-such-model")).status).toBe(404);
    await see(page, "A request arrived, but it was refused");
    await see(page, /There is no such model/);
    expect((await portal.chat(key, "sandbox-chat")).status).toBe(200);
    await see(page, "First request received");
    expect(await seriousBarriers(page)).toEqual([]);
  });

  test("usage shows the model with its requests, tokens, cost and latency, as chart and as table", async () => {
    await until("the request is counted", async () => {
      await page.reload();
      return page
        .getByRole("row", { name: /sandbox-chat/ })
        .or(page.getByText("sandbox-chat"))
        .first()
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
    });
    await see(page, /Last 24 hours · Default, all keys, test keys included · times in/);
    await page.locator("figure svg.recharts-surface").waitFor();
    await page.getByRole("radio", { name: "Table" }).check();
    expect(page.url()).toContain("view=table");
    const cells = await page
      .getByRole("row", { name: /^sandbox-chat/ })
      .getByRole("cell")
      .allInnerTexts();
    expect(cells).toHaveLength(7);
    expect(cells[1]).toBe("1");
    expect(cells[5]).toMatch(/^(<\$0\.0001|\$0\.0\d+)$/);
    expect(cells[6]).toMatch(/ms$/);
    expect(await seriousBarriers(page)).toEqual([]);
  });

  test("a key in use is revoked only by typing its name, and then opens nothing", async () => {
    await page.getByRole("button", { name: "Revoke production" }).click();
    const confirm = page.getByRole("button", { name: "Revoke key “production”" });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.getByLabel("Name of the key").fill("production");
    await confirm.click();
    await see(page, "“production” is revoked.");
    await until("the gateway refuses the key", async () => (await portal.chat(key, "sandbox-chat")).status === 401);
    await page.getByRole("radio", { name: "Active", exact: true }).check();
    await see(page, "No active keys");
    await page.reload();
    await see(page, "No active keys");
    await page.getByRole("button", { name: "Show all keys" }).click();
    await page.getByRole("cell", { name: "Revoked" }).waitFor();
  });

  test("signing out elsewhere ends the other browser's session within seconds, and leads back where it was", async () => {
    const other = await browser.openPage();
    await signIn(portal, other, { email });
    await other.getByRole("heading", { name: "API keys" }).waitFor();
    await page.getByRole("button", { name: /Account of/ }).click();
    await page.getByRole("menuitem", { name: "Sign out other devices" }).click();
    await see(page, "One other device was signed out.");
    await other.waitForURL(/\/sign-in\?callbackUrl=/, { timeout: 20_000 });
    await page.reload();
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await other.getByLabel("Email").fill(email);
    await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await other.getByRole("button", { name: "Sign in", exact: true }).click();
    await other.waitForURL(/\/keys/);
  });

  test("signing out leaves nothing open", async () => {
    await page.getByRole("button", { name: /Account of/ }).click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    await see(page, "You are signed out.");
    await page.goto(`${portal.url}/o/${slug}/p/default/keys`);
    await page.waitForURL(/\/sign-in/);
  });
});

describe("ways in", () => {
  test("a mailed link signs in once, by a button that a mail scanner does not press", async () => {
    const email = newAddress();
    await signUp(portal, await browser.openPage(), email);
    const page = await browser.openPage();
    await page.goto(`${portal.url}/sign-in`);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Email me a sign-in link" }).click();
    const link = await portal.linkIn(email, /sign-in link/);
    const scanner = await browser.openPage();
    await scanner.goto(link);
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await scanner.getByRole("button", { name: "Sign in" }).click();
    await see(scanner, "This link no longer works");
  });

  test("a forgotten password is set anew by mail and signs the old sessions out", async () => {
    const email = newAddress();
    const signedIn = await browser.openPage();
    await signUp(portal, signedIn, email);
    const page = await browser.openPage();
    await page.goto(`${portal.url}/forgot-password`);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Send link" }).click();
    await page.goto(await portal.linkIn(email, /new password/));
    await page.getByLabel("New password").fill("a whole new password");
    await page.getByRole("button", { name: "Set password" }).click();
    await see(page, "Your new password is set.");
    await signIn(portal, page, { email });
    await see(page, "Email and password do not match.");
    await signIn(portal, page, { email, password: "a whole new password" });
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await signedIn.waitForURL(/\/sign-in/, { timeout: 20_000 });
  });

  test("a known address is not given away: not by signing up, not by asking for a link", async () => {
    const known = newAddress();
    await signUp(portal, await browser.openPage(), known);
    const page = await browser.openPage();
    const said: string[] = [];
    for (const email of [known, "nobody@example.com"]) {
      await page.goto(`${portal.url}/forgot-password`);
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
    const ada = await browser.openPage();
    const slug = await signUp(portal, ada, newAddress());
    const eve = await browser.openPage();
    await signUp(portal, eve, newAddress());
    const paths = ["keys", "usage", "keys/first-request"].map((name) => `/api/portal/${name}?org=${slug}`);
    for (const path of paths) {
      expect((await fetch(portal.url + path)).status).toBe(401);
      expect((await eve.request.get(portal.url + path)).status()).toBe(404);
    }
    expect((await eve.goto(`${portal.url}/o/${slug}/p/default/keys`))?.status()).toBe(404);
    await see(eve, "There is nothing here");
  });

  test("the session cookie is for the server alone", async () => {
    const page = await browser.openPage();
    await signUp(portal, page, newAddress());
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name.endsWith("next-auth.session-token"));
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  });

  test("pages come with the headers that keep others out", async () => {
    const { headers } = await fetch(portal.url);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-powered-by")).toBeNull();
  });
});

describe("for everybody", () => {
  test("every page is free of serious barriers, light and dark, on a phone and on a desk", async () => {
    const email = newAddress();
    const phone = await browser.openPage({ viewport: PHONE, hasTouch: true, colorScheme: "dark" });
    await signUp(portal, phone, email);
    await createKey(phone, "phone");
    expect(await seriousBarriers(phone)).toEqual([]);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.openPage({ colorScheme });
      for (const path of ["/", "/sign-in", "/sign-up", "/forgot-password", "/link/sign-in#x", "/nowhere"]) {
        await page.goto(portal.url + path);
        expect([path, await seriousBarriers(page)]).toEqual([path, []]);
      }
      await signIn(portal, page, { email });
      await page.getByRole("heading", { name: "API keys" }).waitFor();
      await page.getByRole("button", { name: "Create key" }).first().click();
      expect(await seriousBarriers(page)).toEqual([]);
    }
  });

  test("a Chinese browser is spoken to in Chinese, the choice is remembered, and mails follow it", async () => {
    const page = await browser.openPage({ locale: "zh-CN" });
    await page.goto(`${portal.url}/sign-up`);
    await page.getByRole("heading", { name: "注册账户" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
    const email = newAddress();
    await page.getByLabel("姓名").fill("李雷");
    await page.getByLabel("邮箱").fill(email);
    await page.getByLabel("密码", { exact: true }).fill("短");
    await page.getByRole("button", { name: "注册" }).click();
    await see(page, "至少 12 个字符");
    await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "注册" }).click();
    await page.goto(await portal.linkIn(email, /请确认您的邮箱地址/));
    await page.getByRole("button", { name: "确认并继续" }).click();
    await page.getByRole("heading", { name: "API 密钥" }).waitFor();
    await choose(page, "语言", "English");
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "API keys" }).waitFor();
  });

  test("the theme is remembered and set before the first paint", async () => {
    const page = await browser.openPage({ colorScheme: "light" });
    await page.goto(portal.url);
    await choose(page, "Theme", "Dark");
    await page.goto(`${portal.url}/sign-in`, { waitUntil: "commit" });
    await page.waitForSelector("body");
    expect(await page.evaluate(() => document.documentElement.classList.contains("dark"))).toBe(true);
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser.offences).toEqual([]);
});

/** Chooses from a menu; a click that came before the page was alive is made again. */
async function choose(page: Page, menu: string, item: string): Promise<void> {
  const wanted = page.getByRole("menuitemradio", { name: item });
  await until(`the menu ${menu} opens`, async () => {
    await page.getByRole("button", { name: menu }).click({ timeout: 3_000 });
    return wanted.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  await wanted.click();
}
