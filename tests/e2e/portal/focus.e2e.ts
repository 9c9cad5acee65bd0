import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { signUp } from "./account.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element === document.body ? "nothing" : (element?.getAttribute("aria-label") ?? element?.textContent);
  });

describe("with the keyboard alone, the focus returns when a dialog closes", () => {
  let page: Page;

  test("to the button that opened it", async () => {
    page = await browser().openPage();
    await signUp(portal(), page, newAddress());
    await page.getByRole("button", { name: "Create key" }).first().press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => focused(page)).toBe("Create key");
  });

  test("to the key, when the question whether to leave it is answered with no", async () => {
    await page.keyboard.press("Enter");
    await page.getByLabel("Name").fill("production");
    await page.keyboard.press("Enter");
    await page.getByLabel("New API key").waitFor();
    await expect.poll(() => focused(page)).toBe("Copy key");
    await page.keyboard.press("Escape");
    await see(page, "Close without copying?");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe("Copy key");
  });

  test("to the heading, when what opened it is gone", async () => {
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Copied" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await expect.poll(() => focused(page)).toBe("API keys");
    await page.getByRole("button", { name: "Revoke production" }).press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => focused(page)).toBe("Revoke production");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Revoke key “production”" }).press("Enter");
    await page.getByRole("alertdialog").waitFor({ state: "hidden" });
    await expect.poll(() => focused(page)).toBe("API keys");
  });
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});
