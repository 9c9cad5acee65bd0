import { z } from "zod";

/** Ids of providers, credentials, deployments, tags, plans and organisations. */
export const plainName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must start with a letter or digit and hold only letters, digits, . _ and -");

/** What callers ask for: also `/`, `:` and `@`, as in `openai/gpt-4.1:fast@2025-04-14`. */
export const modelName = z
  .string()
  .max(128)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9/._:@-]*$/,
    "must start with a letter or digit and hold only letters, digits, / . _ : @ and -",
  );
