import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { until } from "#tests/up/running-up";
import { PASSWORD, signIn, signUp } from "./account.ts";
import { PHONE, seriousBarriers } from "./browser-under-test.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

describe("from signing up to the first bill", () => {
  const email = newAddress();
  let page: Page;
  let slug = "";
  let key = "";

  test("a new person signs up, confirms the address and has a project", async () => {
    page = await browser().openPage();
    slug = await signUp(portal(), page, email);
    await see(page, "No keys yet");
    await see(page, "Ada Lovelace’s team");
  });

  test("without credit a test key is offered, with credit a live one", async () => {
    await page.getByRole("button", { name: "Create key" }).first().click();
    await see(page, "a test key is preselected");
    await portal().credit(slug, "5");
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
      for (const part of [sign, key, `${portal().url}/v1`, "sandbox-chat"]) expect(code).toContain(part);
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
    expect((await portal().chat(key, "no-such-model")).status).toBe(404);
    await see(page, "A request arrived, but it was refused");
    await see(page, /There is no such model/);
    expect((await portal().chat(key, "sandbox-chat")).status).toBe(200);
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

  test("on a phone the table of the usage is scrolled by the keyboard too", async () => {
    const size = page.viewportSize() ?? PHONE;
    await page.setViewportSize(PHONE);
    const frame = page.getByRole("region", { name: "Usage", exact: true }).filter({ has: page.getByRole("table") });
    await frame.last().focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => frame.last().evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.setViewportSize(size);
  });

  test("a key in use is revoked only by typing its name, and then opens nothing", async () => {
    await page.getByRole("button", { name: "Revoke production" }).click();
    const confirm = page.getByRole("button", { name: "Revoke key “production”" });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.getByLabel("Name of the key").fill("production");
    await confirm.click();
    await see(page, "“production” is revoked.");
    await until("the gateway refuses the key", async () => (await portal().chat(key, "sandbox-chat")).status === 401);
    await page.getByRole("radio", { name: "Active", exact: true }).check();
    await see(page, "No active keys");
    await page.reload();
    await see(page, "No active keys");
    await page.getByRole("button", { name: "Show all keys" }).click();
    await page.getByRole("cell", { name: "Revoked" }).waitFor();
  });

  test("signing out elsewhere ends the other browser's session within seconds, and leads back where it was", async () => {
    const other = await browser().openPage();
    await signIn(portal(), other, { email });
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
    await page.goto(`${portal().url}/o/${slug}/p/default/keys`);
    await page.waitForURL(/\/sign-in/);
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});
