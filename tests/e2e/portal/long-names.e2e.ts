import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { createKey, signUp } from "./account.ts";
import { PHONE } from "./browser-under-test.ts";
import { portalOfFile } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

const NAMES = ["W".repeat(80), "billing service, production, Frankfurt, second of three", "正式环境密钥".repeat(10)];

test("on a phone a long name is read in full and pushes nothing off its card", async () => {
  const page = await browser().openPage({ viewport: PHONE, hasTouch: true });
  await signUp(portal(), page, newAddress());
  for (const name of NAMES) await createKey(page, name);
  for (const name of NAMES) {
    const card = page.getByRole("listitem").filter({ hasText: name });
    const revoke = await card.getByRole("button", { name: `Revoke ${name}` }).boundingBox();
    expect((revoke?.x ?? PHONE.width) + (revoke?.width ?? 0)).toBeLessThan(PHONE.width);
    expect(await card.evaluate(isWhole)).toBe(true);
    expect(await card.getByText(name, { exact: true }).evaluate(isWhole)).toBe(true);
    await card.getByRole("button", { name: `Revoke ${name}` }).click();
    const dialog = page.getByRole("alertdialog");
    expect(await dialog.getByRole("heading", { name }).evaluate(isWhole)).toBe(true);
    for (const label of [`Revoke key “${name}”`, "Cancel"]) expect(await isWithin(dialog, label)).toBe(true);
    await dialog.getByRole("button", { name: "Cancel" }).click();
  }
});

test("on a desk a long name does not push the way out off the question", async () => {
  const page = await browser().openPage();
  await signUp(portal(), page, newAddress());
  const [name = ""] = NAMES;
  await createKey(page, name);
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  const dialog = page.getByRole("alertdialog");
  for (const label of [`Revoke key “${name}”`, "Cancel"]) expect(await isWithin(dialog, label)).toBe(true);
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});

const isWhole = (element: Element) => element.scrollWidth <= element.clientWidth;

async function isWithin(dialog: Locator, label: string): Promise<boolean> {
  const [outer, inner] = await Promise.all([
    dialog.boundingBox(),
    dialog.getByRole("button", { name: label }).boundingBox(),
  ]);
  if (!(outer && inner)) return false;
  return inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width;
}
