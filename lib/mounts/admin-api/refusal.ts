import { z } from "zod";
import { AppError, toAppError } from "#lib/base/errors";
import { unstorableText } from "../unstorable-text.ts";

// Prisma's codes for a database that cannot be reached, timed out or closed the connection.
const UNREACHABLE = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "ECONNREFUSED"]);

/** Gives a thrown thing as what the caller may be told. */
export function refusalOf(thrown: unknown): AppError {
  if (thrown instanceof z.ZodError) return invalidInput(thrown);
  if (thrown instanceof Error && "code" in thrown && UNREACHABLE.has(String(thrown.code)))
    return new AppError("not_ready", "The database does not answer at the moment.", { cause: thrown, retryAfterS: 5 });
  return unstorableText(thrown) ?? toAppError(thrown);
}

function invalidInput(error: z.ZodError): AppError {
  const [issue] = error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const param = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".") || undefined;
  const message = unknown === undefined ? (issue?.message ?? "Invalid input") : "Unknown field";
  return new AppError("invalid_field", param === undefined ? `${message}.` : `${param}: ${message}.`, {
    param,
    cause: error,
  });
}
