"use server";

import type { z } from "zod";
import { createKey } from "#lib/features/keys/create-key";
import { revokeKey } from "#lib/features/keys/revoke-key";
import type { CreateKeyInput, RevokeKeyInput } from "#lib/features/keys/schema";
import { action } from "#lib/mounts/action";
import { keyDeps } from "#lib/mounts/portal-context";
import { openContext } from "#lib/mounts/session";

export const createKeyAction = action(
  (ctx, input: z.input<typeof CreateKeyInput>) => createKey(ctx, input, keyDeps()),
  openContext,
);

export const revokeKeyAction = action(
  (ctx, input: z.input<typeof RevokeKeyInput>) => revokeKey(ctx, input),
  openContext,
);
