import { AppError } from "#lib/base/errors";
import { isUnstorableText } from "#lib/platform/db";

/** Gives the refusal of a text that PostgreSQL cannot hold, where that is what was thrown: the caller's fault, not ours. */
export const unstorableText = (thrown: unknown): AppError | undefined =>
  isUnstorableText(thrown)
    ? new AppError("invalid_field", "A text holds a character that cannot be stored (U+0000).", { cause: thrown })
    : undefined;
