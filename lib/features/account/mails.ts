import type { Mail } from "#lib/platform/mail";
import { MAIL_TEXT, type MailText } from "./mail-text.ts";
import { lifetimeMinutes, type MailPurpose } from "./mail-token.ts";
import type { Locale } from "./schema.ts";

type Addressee = { readonly to: string; readonly locale: Locale };

export const verifyMail = (addressee: Addressee, publicUrl: string, token: string): Mail =>
  write(addressee, MAIL_TEXT[addressee.locale].verify(hoursOf("verify")), `${publicUrl}/link/verify#${token}`);

export const signInMail = (addressee: Addressee, publicUrl: string, token: string): Mail =>
  write(
    addressee,
    MAIL_TEXT[addressee.locale].signIn(lifetimeMinutes("sign-in")),
    `${publicUrl}/link/sign-in#${token}`,
  );

export const resetMail = (addressee: Addressee, publicUrl: string, token: string): Mail =>
  write(addressee, MAIL_TEXT[addressee.locale].reset(lifetimeMinutes("reset")), `${publicUrl}/reset-password#${token}`);

export const alreadyRegisteredMail = (addressee: Addressee, publicUrl: string): Mail =>
  write(addressee, MAIL_TEXT[addressee.locale].alreadyRegistered(), `${publicUrl}/sign-in`);

export const passwordChangedMail = (addressee: Addressee, publicUrl: string): Mail =>
  write(addressee, MAIL_TEXT[addressee.locale].passwordChanged(), `${publicUrl}/forgot-password`);

const hoursOf = (purpose: MailPurpose) => lifetimeMinutes(purpose) / 60;

// The secret stands behind the #, which no browser sends: it stays out of access logs and referrers.
function write(addressee: Addressee, text: MailText, link: string): Mail {
  return {
    to: addressee.to,
    subject: text.subject,
    text: [text.lead, "", `${text.button}:`, link, "", text.small, "", "Switchyard"].join("\n"),
    html: pageOf(addressee.locale, text, link),
  };
}

function pageOf(locale: Locale, text: MailText, link: string): string {
  const href = escaped(link);
  return `<!doctype html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escaped(text.subject)}</title></head>
<body style="margin:0;padding:32px 16px;font:15px/1.6 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif">
<div style="max-width:480px;margin:0 auto">
<p style="font-weight:600;margin:0 0 24px">Switchyard</p>
<h1 style="font-size:20px;line-height:1.4;margin:0 0 12px">${escaped(text.subject)}</h1>
<p style="margin:0 0 24px">${escaped(text.lead)}</p>
<p style="margin:0 0 24px"><a href="${href}" style="display:inline-block;padding:11px 18px;border-radius:8px;background:#18181b;color:#fff;text-decoration:none;font-weight:600">${escaped(text.button)}</a></p>
<p style="margin:0 0 24px;font-size:13px;word-break:break-all"><a href="${href}">${href}</a></p>
<p style="margin:0;font-size:13px;opacity:.7">${escaped(text.small)}</p>
</div></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
