import { z } from "zod";
import { AppError, toAppError } from "#lib/base/errors";
import { databaseRefusal } from "../database-refusal.ts";

/** Gives a thrown thing as what the caller may be told. */
export function refusalOf(thrown: unknown): AppError {
  if (thrown instanceof z.ZodError) return invalidInput(thrown);
  return databaseRefusal(thrown) ?? toAppError(thrown);
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
