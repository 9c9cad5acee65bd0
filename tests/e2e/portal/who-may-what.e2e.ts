import { expect, test } from "vitest";
import { signUp } from "./account.ts";
import { seriousBarriers } from "./browser-under-test.ts";
import { portalOfFile, see } from "./portal-of-file.ts";

const { portal, browser, newAddress } = portalOfFile();

const MINE = "user_id = (SELECT id FROM app_user WHERE email = $1)";

test("a member who only pays sees the usage, and is told that keys are for developers", async () => {
  const page = await browser().openPage();
  const email = newAddress();
  const slug = await signUp(portal(), page, email);
  await portal().query(`UPDATE membership SET role = 'billing' WHERE ${MINE}`, [email]);
  expect((await page.goto(`${portal().url}/o/${slug}/p/default/keys`))?.status()).toBe(200);
  await see(page, "Keys are for developers.");
  await see(page, "No requests in the last 24 hours");
  expect(await page.getByRole("button", { name: "Create key" }).count()).toBe(0);
  expect(await seriousBarriers(page)).toEqual([]);
});

test("who belongs to no organization can sign out", async () => {
  const page = await browser().openPage();
  const email = newAddress();
  await signUp(portal(), page, email);
  await portal().query(`DELETE FROM membership WHERE ${MINE}`, [email]);
  await page.goto(`${portal().url}/o`);
  await see(page, "No organization yet");
  expect(await seriousBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Account of Ada Lovelace" }).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await see(page, "You are signed out.");
});

test("a project beyond those the menu lists is still entered, and the menu says that there are more", async () => {
  const page = await browser().openPage();
  const email = newAddress();
  const slug = await signUp(portal(), page, email);
  const insert = `INSERT INTO project (id, org_id, name, slug)
    SELECT gen_random_uuid(), org_id, 'Project ' || number, 'p' || number
    FROM membership, generate_series(1, 105) number WHERE ${MINE}`;
  await portal().query(insert, [email]);
  for (const number of [1, 50, 105]) {
    const response = await page.goto(`${portal().url}/o/${slug}/p/p${number}/keys`);
    expect([number, response?.status()]).toEqual([number, 200]);
  }
  expect((await page.goto(`${portal().url}/o/${slug}/p/p106/keys`))?.status()).toBe(404);
  await page.goto(`${portal().url}/o/${slug}/p/default/keys`);
  await page.getByRole("button", { name: /^Switch project/ }).click();
  await see(page, "Only the first 100 are listed");
});

test("no page broke the content policy, asked a stranger or threw", () => {
  expect(browser().offences).toEqual([]);
});
