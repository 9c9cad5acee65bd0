import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type RunningUp, runUp, scratchFolder } from "../up/running-up.ts";

const require = createRequire(import.meta.url);
const AXE = require.resolve("axe-core/axe.min.js");
const START_MS = 230_000;
const BROWSER_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
];

const scratch = scratchFolder();
let up: RunningUp;
let browser: Browser;
let url = "";

beforeAll(async () => {
  up = runUp(scratch.folder, []);
  const untilMs = performance.now() + START_MS;
  while (url === "" && performance.now() < untilMs) {
    await sleep(500);
    try {
      url = up.started().url;
    } catch {
      if (up.child.exitCode !== null) throw new Error(`up ended:\n${up.output()}`);
    }
  }
  if (url === "") throw new Error(`up is not ready:\n${up.output()}`);
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: BROWSER_FLAGS });
}, 240_000);

afterAll(async () => {
  await browser?.close();
  up?.child.kill("SIGTERM");
  await up?.ended;
  scratch.remove();
});

const Seed = z.object({ operator: z.object({ email: z.string(), password: z.string() }) });

async function signIn(context: BrowserContext): Promise<Page> {
  const { operator } = Seed.parse(JSON.parse(readFileSync(join(up.dataDir, "seed.json"), "utf8")));
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.locator('input[name="email"]').fill(operator.email);
  await page.locator('input[name="password"]').fill(operator.password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(/\/o\/demo\/p\/default\/keys/, { timeout: 20_000 });
  return page;
}

/** What a browser complains of: broken content policy, errors on the page, requests to anyone but us. */
function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) complaints.push(`asks ${request.url()}`);
  });
  return complaints;
}

async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)");
  const Violations = z.array(z.object({ id: z.string(), impact: z.string().nullable() }));
  return Violations.parse(found)
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id }) => id);
}

it("a signed-in user makes a key, sees it once, calls with it, and the page turns green by itself", async () => {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 900 } });
  const complaints = complaintsOf(context);
  const page = await signIn(context);
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.locator('[role="dialog"] input[name="name"]').fill("production");
  await page.locator('[role="dialog"] button[type="submit"]').click();
  await expect
    .poll(() => page.locator('[role="dialog"]').textContent(), { timeout: 10_000 })
    .toMatch(/sk-sy-live-[0-9A-Za-z]{54}/);
  const secret =
    /sk-sy-live-[0-9A-Za-z]{54}/.exec((await page.locator('[role="dialog"]').textContent()) ?? "")?.[0] ?? "";
  expect(await seriousFaults(page)).toEqual([]);
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify({ model: "sandbox-chat", messages: [{ role: "user", content: "hi" }] }),
  });
  expect(answer.status).toBe(200);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect.poll(() => other.locator("main").textContent(), { timeout: 20_000 }).toContain("production");
  await expect.poll(() => other.locator("main").textContent(), { timeout: 20_000 }).toContain("sandbox-chat");
  expect(await other.locator("main").textContent()).not.toContain(secret);
  expect(complaints).toEqual([]);
  await context.close();
});

it("speaks Chinese to who asks for it, on a phone, in the dark, without a serious fault", async () => {
  const context = await browser.newContext({
    locale: "zh-CN",
    colorScheme: "dark",
    viewport: { width: 375, height: 800 },
  });
  // The account's own language comes before the browser's; a choice made here comes before both.
  await context.addCookies([{ name: "switchyard.locale", value: "zh", url }]);
  const complaints = complaintsOf(context);
  const page = await signIn(context);
  await expect.poll(() => page.locator("main").textContent(), { timeout: 10_000 }).toContain("API 密钥");
  expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
  expect(await seriousFaults(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

it("greets a stranger in the language of the browser", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  expect(await page.evaluate("document.documentElement.lang")).toMatch(/^zh/);
  expect(await seriousFaults(page)).toEqual([]);
  await context.close();
});

it("sends a stranger to sign in, and does not say whether an address is known", async () => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(`${url}/o/demo/p/default/keys`);
  expect(page.url()).toContain("/sign-in");
  await page.locator('input[name="email"]').fill("nobody@example.com");
  await page.locator('input[name="password"]').fill("not the password at all");
  await page.locator('button[type="submit"]').click();
  await expect
    .poll(() => page.locator("main, body").first().textContent(), { timeout: 10_000 })
    .toContain("do not match");
  await context.close();
});
