"use server";

import { resetPassword } from "#lib/features/account/reset-password";
import type { ResetPasswordRequest } from "#lib/features/account/schema";
import { action } from "#lib/mounts/action";
import { accountDeps } from "#lib/mounts/portal-context";
import { openVisitorContext } from "#lib/mounts/visitor";

export const resetPasswordAction = action(async (ctx, input: ResetPasswordRequest) => {
  const { kind } = await resetPassword(ctx, input, accountDeps());
  return { kind };
}, openVisitorContext);
