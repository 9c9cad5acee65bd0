import type { Page } from "playwright-core";
import type { PortalUnderTest } from "./portal-under-test.ts";

export const PASSWORD = "correct horse battery";

/** Signs up as a new person would and ends on the keys page. Gives the organisation's URL name. */
export async function signUp(portal: PortalUnderTest, page: Page, email: string): Promise<string> {
  const link = await askForAccount(portal, page, email);
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm and continue" }).click();
  await page.getByRole("heading", { name: "API keys" }).waitFor();
  await hears(page);
  return /\/o\/([^/]+)\//.exec(page.url())?.[1] ?? "";
}

/** Waits until the page's scripts listen to its buttons: what is pressed before that is heard by nobody. */
const hears = (page: Page) =>
  page.waitForFunction(() => {
    const buttons = [...document.querySelectorAll("main button")];
    const isHeard = (button: Element) => Object.keys(button).some((name) => name.startsWith("__reactProps"));
    return buttons.length > 0 && buttons.every(isHeard);
  });

/** Fills in the sign-up form and gives the link that is mailed. */
export async function askForAccount(portal: PortalUnderTest, page: Page, email: string): Promise<string> {
  await page.goto(`${portal.url}/sign-up`);
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  return portal.linkIn(email, /Confirm/);
}

type Person = { readonly email: string; readonly password?: string };

export async function signIn(
  portal: PortalUnderTest,
  page: Page,
  { email, password = PASSWORD }: Person,
): Promise<void> {
  await page.goto(`${portal.url}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Creates a key in the dialog, copies it and gives it. */
export async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const key = await page.getByLabel("New API key").inputValue();
  await page.getByRole("button", { name: "Copy key" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  return key;
}
