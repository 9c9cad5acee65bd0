import { signIn } from "next-auth/react";
import { readRefusal } from "#lib/base/sign-in-refusal";
import { type Failure, unreachable } from "./use-failure-text.tsx";

/** Signs in with a password or a mailed link. Gives nothing when that went well, else why it was refused. */
export async function attemptSignIn(
  way: "password" | "mail-link",
  values: Record<string, string>,
): Promise<Failure | undefined> {
  try {
    const outcome = await signIn(way, { ...values, redirect: false });
    return outcome?.ok ? undefined : readRefusal(outcome?.error ?? "internal");
  } catch {
    return unreachable();
  }
}
