import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { signIn } from "./account.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

const TRIES_MAX = 10;
const MAILS_MAX = 5;

// The two are answered by bundles that have a class of errors each: whichever came first, both tell the limit.
test("429: who guesses a password and who asks for mails is told how long to wait", async () => {
  const page = await browser().openPage();
  const email = newAddress();
  for (let count = 0; count < TRIES_MAX; count++) {
    await signIn(portal(), page, { email, password: `guess ${count}` });
    await see(page, /do not match/);
  }
  await signIn(portal(), page, { email, password: "one guess more" });
  await see(page, "Too many tries. Wait 15 minutes and try again.");
  for (let count = 0; count < MAILS_MAX; count++) {
    await askForMail(page, email);
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  }
  await askForMail(page, email);
  await see(page, "Too many tries. Wait 15 minutes and try again.");
  await page.context().addCookies([{ name: "switchyard.locale", value: "zh", url: portal().url }]);
  await page.goto(`${portal().url}/sign-in`);
  await page.getByLabel("邮箱").fill(email);
  await page.getByLabel("密码", { exact: true }).fill("one guess more");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await see(page, "请等待 15 分钟后再试");
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});

async function askForMail(page: Page, email: string): Promise<void> {
  await page.goto(`${portal().url}/forgot-password`);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send link" }).click();
}
