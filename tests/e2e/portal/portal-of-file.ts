import { randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import { type BrowserUnderTest, openBrowser } from "./browser-under-test.ts";
import { portalUnderTest } from "./portal-under-test.ts";

/** The portal, a browser for the test file that says so, and addresses of people that nobody has yet. */
export function portalOfFile() {
  const portal = portalUnderTest(inject("portal"));
  const file = randomBytes(6);
  let browser: BrowserUnderTest;
  let people = 0;
  beforeAll(async () => {
    browser = await openBrowser(portal.url, { "x-forwarded-for": `10.${[...file.subarray(0, 3)].join(".")}` });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") process.stdout.write(`${task.name}:\n\n${await browser.shown()}\n`);
  });
  afterAll(() => browser?.close());
  return {
    portal: () => portal,
    browser: () => browser,
    newAddress: () => `ada${++people}.${file.toString("hex")}@example.com`,
  };
}

export const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
