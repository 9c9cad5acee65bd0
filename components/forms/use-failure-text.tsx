"use client";

import { useTranslations } from "next-intl";
import { ERROR_STATUS, type ErrorCode } from "#lib/base/errors";

export type Failure = { readonly code: string; readonly retryAfterS?: number; readonly requestId?: string };

/** What a server action that never arrived comes to. */
export const unreachable = (): Failure & { readonly ok: false } => ({ ok: false, code: "offline" });

/** Says by its code what went wrong, in the reader's language; the id is for whoever reads our log. */
export function useFailureText(): (failure: Failure) => string {
  const t = useTranslations("errors");
  return ({ code, retryAfterS, requestId }) => {
    if (code === "rate_limited") return t("rate_limited", { minutes: Math.ceil((retryAfterS ?? 60) / 60) });
    if (isPlain(code)) return t(code);
    return requestId === undefined ? t("internal") : t("internalWithId", { requestId });
  };
}

type PlainCode = Exclude<ErrorCode, "rate_limited" | "internal"> | "signed_out" | "offline";

const isPlain = (code: string): code is PlainCode =>
  code === "signed_out" || code === "offline" || (code !== "internal" && Object.hasOwn(ERROR_STATUS, code));
