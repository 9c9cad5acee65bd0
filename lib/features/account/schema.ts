import { z } from "zod";

export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

/** Reads the language that stands with an account. */
export const localeOf = (text: string): Locale => LOCALES.find((locale) => locale === text) ?? "en";

// Length is the one rule that helps; the rest is left to the password manager.
export const PASSWORD_CHARS_MIN = 12;
// Bounds the work of the hash, far above any passphrase.
const PASSWORD_CHARS_MAX = 200;

const email = z.string().trim().toLowerCase().max(254).pipe(z.email());
const password = z.string().min(PASSWORD_CHARS_MIN).max(PASSWORD_CHARS_MAX);
const token = z.string().max(100);

export const SignUpInput = z.strictObject({ name: z.string().trim().min(1).max(80), email, password });

export const SignInInput = z.strictObject({ email, password: z.string().min(1).max(PASSWORD_CHARS_MAX) });

export const MailLinkInput = z.strictObject({ email });

export const FollowLinkInput = z.strictObject({ token });

export const NewPassword = z.strictObject({ password });

export const ResetPasswordInput = NewPassword.extend({ token });

export const SetLocaleInput = z.strictObject({ locale: z.enum(LOCALES) });

export type SignUpRequest = z.input<typeof SignUpInput>;
export type MailLinkRequest = z.input<typeof MailLinkInput>;
export type ResetPasswordRequest = z.input<typeof ResetPasswordInput>;
