"use server";

import { signOutElsewhere } from "#lib/features/account/sign-out";
import { action } from "#lib/mounts/action";
import { openUserContext } from "#lib/mounts/session";

export const signOutElsewhereAction = action((ctx) => signOutElsewhere(ctx), openUserContext);
