"use server";

import type { MailLinkRequest } from "#lib/features/account/schema";
import { sendResetLink } from "#lib/features/account/send-link";
import { action } from "#lib/mounts/action";
import { accountDeps } from "#lib/mounts/portal-context";
import { openVisitorContext } from "#lib/mounts/visitor";

export const sendResetLinkAction = action(
  (ctx, input: MailLinkRequest) => sendResetLink(ctx, input, accountDeps()),
  openVisitorContext,
);
