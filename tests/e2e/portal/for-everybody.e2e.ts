import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { until } from "#tests/up/running-up";
import { createKey, PASSWORD, signIn, signUp } from "./account.ts";
import { PHONE, seriousBarriers } from "./browser-under-test.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

describe("for everybody", () => {
  test("every page is free of serious barriers, light and dark, on a phone and on a desk", async () => {
    const email = newAddress();
    const phone = await browser().openPage({ viewport: PHONE, hasTouch: true, colorScheme: "dark" });
    await signUp(portal(), phone, email);
    await createKey(phone, "phone");
    expect(await seriousBarriers(phone)).toEqual([]);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser().openPage({ colorScheme });
      for (const path of ["/", "/sign-in", "/sign-up", "/forgot-password", "/link/sign-in#x", "/nowhere"]) {
        await page.goto(portal().url + path);
        expect([path, await seriousBarriers(page)]).toEqual([path, []]);
      }
      await signIn(portal(), page, { email });
      await page.getByRole("heading", { name: "API keys" }).waitFor();
      await page.getByRole("button", { name: "Create key" }).first().click();
      expect(await seriousBarriers(page)).toEqual([]);
    }
  });

  test("a Chinese phone is spoken to in Chinese, the choice is remembered, and mails follow it", async () => {
    const page = await browser().openPage({ locale: "zh-CN", viewport: PHONE, hasTouch: true, colorScheme: "dark" });
    await page.goto(`${portal().url}/sign-up`);
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
    await page.getByRole("heading", { name: "请查收邮件" }).waitFor();
    await page.goto(await portal().linkIn(email, /请确认您的邮箱地址/));
    await page.getByRole("button", { name: "确认并继续" }).click();
    await page.getByRole("heading", { name: "API 密钥" }).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    await choose(page, "语言", "English");
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "API keys" }).waitFor();
  });

  test("what was dismissed stays away on the next visit", async () => {
    const page = await browser().openPage();
    await signUp(portal(), page, newAddress());
    await createKey(page, "production");
    await page.reload();
    await see(page, "Waiting for your first request");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Revoke production" }).click();
    expect(await page.getByText("Waiting for your first request").count()).toBe(0);
  });

  test("the theme is remembered and set before the first paint", async () => {
    const page = await browser().openPage({ colorScheme: "light" });
    await page.goto(portal().url);
    await choose(page, "Theme", "Dark");
    await page.goto(`${portal().url}/sign-in`, { waitUntil: "commit" });
    await page.waitForSelector("body");
    expect(await page.evaluate(() => document.documentElement.classList.contains("dark"))).toBe(true);
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
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
