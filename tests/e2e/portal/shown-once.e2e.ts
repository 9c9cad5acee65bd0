import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { signUp } from "./account.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

async function newPerson() {
  const page = await browser().openPage();
  const slug = await signUp(portal(), page, newAddress());
  return { page, slug };
}

async function create(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
}

describe("what is shown once is not lost unasked", () => {
  test("Back within the portal leaves the key on the screen", async () => {
    const { page } = await newPerson();
    await page.goto(portal().url);
    await page.getByRole("link", { name: "Open your keys" }).click();
    await create(page, "production");
    const key = await page.getByLabel("New API key").inputValue();
    await page.goBack();
    await page.waitForURL(`${portal().url}/`);
    expect(await page.getByLabel("New API key").inputValue()).toBe(key);
    await page.keyboard.press("Escape");
    await see(page, "Close without copying?");
    await page.getByRole("button", { name: "Close anyway" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("a part of the key that was copied is not the key; all of it is", async () => {
    const { page } = await newPerson();
    await create(page, "production");
    const field = page.getByLabel("New API key");
    await field.evaluate((element: HTMLTextAreaElement) => {
      element.focus();
      element.setSelectionRange(0, 5);
    });
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Escape");
    await see(page, "Close without copying?");
    await page.getByRole("button", { name: "Back to the key" }).click();
    await field.evaluate((element: HTMLTextAreaElement) => {
      element.focus();
      element.select();
    });
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("the code that is copied by hand counts when the key is in it", async () => {
    const { page } = await newPerson();
    await create(page, "production");
    const code = page.getByRole("dialog").locator("pre");
    await code.selectText();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("when the answer is lost, the list shows the key that was made, and the form says what to do", async () => {
    const { page } = await newPerson();
    await page.route("**/keys*", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      return route.abort("connectionreset");
    });
    await create(page, "lost");
    await see(page, "if “lost” is in the list, revoke it there");
    await page.unroute("**/keys*");
    await page.getByRole("button", { name: "Revoke lost" }).click();
    await page.getByRole("button", { name: "Revoke key “lost”" }).click();
    await see(page, "“lost” is revoked.");
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});
