import { AppError } from "#lib/base/errors";
import { isDatabaseAway, isUnstorableText } from "#lib/platform/db";

/** Gives the refusal of what PostgreSQL threw and we expect: a text it cannot hold, or that it is not there at the moment. */
export function databaseRefusal(thrown: unknown): AppError | undefined {
  if (isUnstorableText(thrown))
    return new AppError("invalid_field", "A text holds a character that cannot be stored (U+0000).", { cause: thrown });
  if (isDatabaseAway(thrown))
    return new AppError("not_ready", "The database does not answer at the moment.", { cause: thrown, retryAfterS: 5 });
  return undefined;
}
