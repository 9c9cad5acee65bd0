"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type DefaultValues, type FieldValues, useForm } from "react-hook-form";
import type { core, z } from "zod";

type Translate = ReturnType<typeof useTranslations<"validation">>;

/** A form that checks with the feature's own schema and says what is wrong in the reader's language. */
export function useZodForm<Input extends FieldValues, Output>(
  schema: z.ZodType<Output, Input>,
  defaultValues: DefaultValues<NoInfer<Input>>,
) {
  const t = useTranslations("validation");
  return useForm<Input, unknown, Output>({
    resolver: zodResolver(schema, { error: (issue) => textOf(issue, t) }),
    defaultValues,
  });
}

type Issue = core.$ZodRawIssue;

function textOf(issue: Issue, t: Translate): string {
  switch (issue.code) {
    case "too_small":
      return tooSmall(issue, t);
    case "too_big":
      return issue.origin === "string" ? t("tooLong", { maximum: Number(issue.maximum) }) : t("invalid");
    case "invalid_format":
      return issue.format === "email" ? t("email") : t("invalid");
    case "invalid_type":
      return issue.input === undefined || issue.input === null ? t("required") : t("invalid");
    default:
      return t("invalid");
  }
}

function tooSmall(issue: Extract<Issue, { code: "too_small" }>, t: Translate): string {
  if (issue.origin === "date") return t("past");
  if (issue.origin !== "string") return t("invalid");
  const minimum = Number(issue.minimum);
  return minimum <= 1 ? t("required") : t("tooShort", { minimum });
}
