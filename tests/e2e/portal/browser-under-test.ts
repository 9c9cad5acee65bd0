import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = require.resolve("axe-core/axe.min.js");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
// The browser itself must not talk to anybody either.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 375, height: 812 };

export type BrowserUnderTest = Awaited<ReturnType<typeof openBrowser>>;

/** A browser that writes down what a page must never do: break the content policy, ask a stranger, throw or complain. */
export async function openBrowser(origin: string, extraHTTPHeaders: Readonly<Record<string, string>>) {
  if (CHROMIUM === undefined) throw new Error("There is no Chromium here. On Debian: apt-get install -y chromium");
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const offences: string[] = [];

  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: DESKTOP, locale: "en-US", extraHTTPHeaders, ...options });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    await context.exposeFunction("reportOffence", (offence: string) => offences.push(offence));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
        Reflect.get(globalThis, "reportOffence")(`policy: ${violatedDirective} ${blockedURI} ${sourceFile}`),
      );
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => offences.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // The browser's own words on an answer that is an error, which a test may want.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource:"))
        offences.push(`complaint: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== "data:") offences.push(`stranger: ${url.origin}`);
    });
    return page;
  }

  /** What stands on every page that is open, for whoever wonders why a test failed. */
  async function shown(): Promise<string> {
    const pages = browser.contexts().flatMap((context) => context.pages());
    const texts = pages.map(async (page) => {
      const text = await page.innerText("body", { timeout: 1_000 }).catch((error) => `cannot be read: ${error}`);
      return `${page.url()} shows:\n${text.slice(0, SHOWN_CHARS)}`;
    });
    return [...offences, ...(await Promise.all(texts))].join("\n\n");
  }

  return { openPage, offences, shown, close: () => browser.close() };
}

const SHOWN_CHARS = 600;

type Violation = { readonly id: string; readonly impact: string; readonly nodes: readonly string[] };

/** Gives what an accessibility checker finds serious or worse on the page as it stands. */
export async function seriousBarriers(page: Page): Promise<Violation[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  await page.evaluate(settle);
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, "axe").run(document);
    return violations
      .filter(({ impact }: { impact: string }) => impact === "serious" || impact === "critical")
      .map(({ id, impact, nodes }: { id: string; impact: string; nodes: { html: string }[] }) => ({
        id,
        impact,
        nodes: nodes.map(({ html }) => html.slice(0, 200)),
      }));
  });
}

/** What fades in is not yet what is seen; what pulses for ever is waited for in vain. */
async function settle(): Promise<void> {
  const passing = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
  await Promise.allSettled(passing.map(({ finished }) => finished));
}
