import { expect, test } from "vitest";
import { slugOf } from "#lib/features/slug";
import { alreadyRegisteredMail, passwordChangedMail, resetMail, signInMail, verifyMail } from "./mails.ts";
import { LOCALES } from "./schema.ts";

const URL_ROOT = "https://portal.example";

test.each(LOCALES)("every mail in %s has a subject, a text and a page that hold the same link", (locale) => {
  const to = { to: "ada@example.com", locale };
  const mails = [
    verifyMail(to, URL_ROOT, "secret"),
    signInMail(to, URL_ROOT, "secret"),
    resetMail(to, URL_ROOT, "secret"),
    alreadyRegisteredMail(to, URL_ROOT),
    passwordChangedMail(to, URL_ROOT),
  ];
  for (const mail of mails) {
    const link = /https:\S+/.exec(mail.text)?.[0] ?? "";
    expect(mail.html).toContain(`href="${link}"`);
    expect(mail.subject).not.toBe("");
    expect(/[\u4e00-\u9fff]/.test(mail.text)).toBe(locale === "zh");
  }
});

test("the secret of a link stands where no server log sees it", () => {
  const mail = signInMail({ to: "ada@example.com", locale: "en" }, URL_ROOT, "secret");
  expect(new URL(/https:\S+/.exec(mail.text)?.[0] ?? "")).toMatchObject({ hash: "#secret", search: "" });
});

test("a page of a mail cannot be broken out of", () => {
  const mail = signInMail({ to: "ada@example.com", locale: "en" }, 'https://portal.example/"><script>', "secret");
  expect(mail.html).not.toContain("<script>");
});

test.each([
  ["Ada Lovelace", /^ada-lovelace-[0-9a-f]{8}$/],
  ["Zoë Ångström!", /^zoe-angstrom-[0-9a-f]{8}$/],
  ["李雷", /^org-[0-9a-f]{8}$/],
])("%s gets an address that can be typed", (name, pattern) => {
  expect(slugOf(name)).toMatch(pattern);
});
