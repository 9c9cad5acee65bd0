"use server";

import type { MailLinkRequest, SignUpRequest } from "#lib/features/account/schema";
import { sendSignInLink } from "#lib/features/account/send-link";
import { signUp } from "#lib/features/account/sign-up";
import { action } from "#lib/mounts/action";
import { accountDeps } from "#lib/mounts/portal-context";
import { keepSignUpProof, openVisitorContext } from "#lib/mounts/visitor";

export const signUpAction = action(async (ctx, input: SignUpRequest) => {
  const { proof } = await signUp(ctx, input, accountDeps());
  await keepSignUpProof(proof);
}, openVisitorContext);

/** To an address that nobody has confirmed yet this sends the confirmation again. */
export const sendAgainAction = action(
  (ctx, input: MailLinkRequest) => sendSignInLink(ctx, input, accountDeps()),
  openVisitorContext,
);
