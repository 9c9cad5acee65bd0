"use client";

import { useTranslations } from "next-intl";
import { isOther } from "./usage-bars.ts";

/** Names a model in the usage of a project; requests that were refused before a model was known have none. */
export function useModelLabel(): (model: string) => string {
  const t = useTranslations("usage");
  return (model) => {
    if (isOther(model)) return t("other");
    return model === "" ? t("noModel") : model;
  };
}
