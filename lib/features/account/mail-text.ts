import type { Locale } from "./schema.ts";

export type MailText = {
  readonly subject: string;
  readonly lead: string;
  readonly button: string;
  readonly small: string;
};

type MailTexts = {
  readonly verify: (hours: number) => MailText;
  readonly signIn: (minutes: number) => MailText;
  readonly reset: (minutes: number) => MailText;
  readonly alreadyRegistered: () => MailText;
  readonly passwordChanged: () => MailText;
};

const en: MailTexts = {
  verify: (hours) => ({
    subject: "Confirm your email address",
    lead: "One click and your Switchyard account is ready.",
    button: "Confirm email address",
    small: `The link works once, for ${hours} hours. If you did not sign up, ignore this mail and nothing happens.`,
  }),
  signIn: (minutes) => ({
    subject: "Your sign-in link",
    lead: "Use this link to sign in to Switchyard.",
    button: "Sign in",
    small: `The link works once, for ${minutes} minutes. If you did not ask for it, ignore this mail.`,
  }),
  reset: (minutes) => ({
    subject: "Set a new password",
    lead: "Somebody asked to set a new password for your Switchyard account.",
    button: "Set a new password",
    small: `The link works once, for ${minutes} minutes. If it was not you, ignore this mail: your password stays as it is.`,
  }),
  alreadyRegistered: () => ({
    subject: "You already have an account",
    lead: "Somebody tried to sign up with this address, which already has a Switchyard account. Sign in instead; there you can also ask for a sign-in link or set a new password.",
    button: "Sign in",
    small: "If it was not you, ignore this mail. Nothing was changed.",
  }),
  passwordChanged: () => ({
    subject: "Your password was changed",
    lead: "The password of your Switchyard account was just changed, and all its sessions were signed out.",
    button: "It was not me: set a new password",
    small: "If it was you, there is nothing to do.",
  }),
};

const zh: MailTexts = {
  verify: (hours) => ({
    subject: "请确认您的邮箱地址",
    lead: "只需点击一次，您的 Switchyard 账户即可使用。",
    button: "确认邮箱地址",
    small: `链接仅可使用一次，${hours} 小时内有效。如果您没有注册，请忽略本邮件，不会有任何影响。`,
  }),
  signIn: (minutes) => ({
    subject: "您的登录链接",
    lead: "请使用此链接登录 Switchyard。",
    button: "登录",
    small: `链接仅可使用一次，${minutes} 分钟内有效。如果不是您本人请求的，请忽略本邮件。`,
  }),
  reset: (minutes) => ({
    subject: "设置新密码",
    lead: "有人请求为您的 Switchyard 账户设置新密码。",
    button: "设置新密码",
    small: `链接仅可使用一次，${minutes} 分钟内有效。如果不是您本人操作，请忽略本邮件，您的密码不会改变。`,
  }),
  alreadyRegistered: () => ({
    subject: "您已经有账户了",
    lead: "有人尝试用此邮箱地址注册，但该地址已有 Switchyard 账户。请直接登录；在登录页也可以获取登录链接或设置新密码。",
    button: "登录",
    small: "如果不是您本人操作，请忽略本邮件，账户没有任何变化。",
  }),
  passwordChanged: () => ({
    subject: "您的密码已更改",
    lead: "您的 Switchyard 账户密码刚刚被更改，所有会话均已退出登录。",
    button: "不是我本人操作：设置新密码",
    small: "如果是您本人操作，则无需处理。",
  }),
};

export const MAIL_TEXT: Readonly<Record<Locale, MailTexts>> = { en, zh };
