import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { type BrowserUnderTest, openBrowser } from "./browser-under-test.ts";
import { type PortalUnderTest, startPortal } from "./portal-under-test.ts";

/** One portal and one browser for the test file that says so, and addresses of people that nobody has yet. */
export function portalOfFile() {
  let portal: PortalUnderTest;
  let browser: BrowserUnderTest;
  let people = 0;
  beforeAll(async () => {
    portal = await startPortal();
    browser = await openBrowser(portal.url);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
  });
  return {
    portal: () => portal,
    browser: () => browser,
    newAddress: () => `ada${++people}@example.com`,
  };
}

export const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
