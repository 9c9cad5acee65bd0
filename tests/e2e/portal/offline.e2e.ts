import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { signUp } from "./account.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

const choose = async (page: Page, menu: string | RegExp, item: string) => {
  await page.getByRole("button", { name: menu }).click();
  await page.getByText(item, { exact: true }).click();
};

test("without a connection the page stays, and every menu says that the server cannot be reached", async () => {
  const page = await browser().openPage();
  await signUp(portal(), page, newAddress());
  await page.getByRole("button", { name: "Create key" }).first().waitFor();
  await page.context().setOffline(true);
  for (const [menu, item] of [
    ["Language", "简体中文"],
    [/^Account of/, "Sign out"],
    [/^Account of/, "Sign out other devices"],
  ] as const) {
    await choose(page, menu, item);
    await see(page, "The server cannot be reached.");
    await page.getByRole("heading", { name: "API keys" }).waitFor();
    // The next one is to say it by itself.
    await page.locator("[data-sonner-toast]").first().waitFor({ state: "detached" });
  }
  await page.context().setOffline(false);
  await choose(page, "Language", "简体中文");
  await page.getByRole("heading", { name: "API 密钥" }).waitFor();
});

test("no page broke the content policy, asked a stranger or threw", () => {
  // That signing out did not reach anybody is written down by the library that asks.
  expect(browser().offences.filter((offence) => !offence.includes("CLIENT_FETCH_ERROR"))).toEqual([]);
});
