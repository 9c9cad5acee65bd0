import { unstable_rethrow } from "next/navigation";
import { z } from "zod";
import { AppError, type ErrorCode, toAppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { databaseRefusal } from "./database-refusal.ts";
import { openPortal } from "./portal-context.ts";
import { SignedOut } from "./session.ts";

export type ActionFailure = {
  readonly ok: false;
  readonly code: ErrorCode | "signed_out";
  readonly param?: string;
  readonly retryAfterS?: number;
  readonly requestId: string;
};
export type ActionResult<Value> = { readonly ok: true; readonly value: Value } | ActionFailure;

/**
 * Makes a server action of a verb. It opens the verb's context from the scope the page names, and gives a result
 * instead of throwing at React.
 */
export function action<Context, Scope extends readonly unknown[], Input, Output>(
  verb: (ctx: Context, input: Input) => Promise<Output>,
  open: (...scope: Scope) => Promise<Context>,
) {
  return async (input: Input, ...scope: Scope): Promise<ActionResult<Output>> => {
    try {
      return { ok: true, value: await verb(await open(...scope), input) };
    } catch (thrown) {
      unstable_rethrow(thrown);
      return failureOf(thrown);
    }
  };
}

/** Gives a thrown thing as what a page may be told; what we did not expect is logged under the id that is shown. */
export function failureOf(thrown: unknown): ActionFailure {
  const requestId = newId();
  if (thrown instanceof SignedOut) return { ok: false, code: "signed_out", requestId };
  const error = thrown instanceof z.ZodError ? invalidInput(thrown) : (databaseRefusal(thrown) ?? toAppError(thrown));
  if (error.status >= 500) openPortal().log.error("a portal verb failed", { requestId, error });
  return { ok: false, code: error.code, param: error.param, retryAfterS: error.retryAfterS, requestId };
}

const invalidInput = (error: z.ZodError) =>
  new AppError("invalid_field", "A field is missing or wrong.", { param: error.issues[0]?.path.join(".") });
