"use server";

import type { MailLinkRequest } from "#lib/features/account/schema";
import { sendSignInLink } from "#lib/features/account/send-link";
import { action } from "#lib/mounts/action";
import { accountDeps } from "#lib/mounts/portal-context";
import { openVisitorContext } from "#lib/mounts/visitor";

export const sendSignInLinkAction = action(
  (ctx, input: MailLinkRequest) => sendSignInLink(ctx, input, accountDeps()),
  openVisitorContext,
);
