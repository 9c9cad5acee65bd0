import type { PlatformContext } from "#lib/features/context";
import type { Tx } from "#lib/platform/db";
import type { Mail } from "#lib/platform/mail";
import type { Locale } from "./schema.ts";
import type { Throttle } from "./throttle.ts";

/** Somebody at the door, signed in or not: what the verbs of sign-up and sign-in are given. */
export type VisitorContext = PlatformContext & {
  readonly locale: Locale;
  readonly userAgent: string | null;
};

export type AccountDeps = {
  readonly publicUrl: string;
  readonly authSecret: string;
  readonly throttle: Throttle;
  readonly enqueueMail: (tx: Tx, mail: Mail) => Promise<void>;
};
