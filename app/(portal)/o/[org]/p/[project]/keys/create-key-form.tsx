"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Control } from "react-hook-form";
import { useWatch } from "react-hook-form";
import { z } from "zod";
import { Field } from "#components/forms/field";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { useZodForm } from "#components/forms/use-zod-form";
import { Button } from "#components/ui/button";
import { DialogBody, DialogFooter } from "#components/ui/dialog";
import { Input, Select } from "#components/ui/input";
import { Notice } from "#components/ui/notice";
import { CreateKeyInput, KEY_KINDS } from "#lib/features/keys/schema";
import { createKeyAction } from "./actions.ts";
import type { CreatedKey } from "./key-snippet.tsx";
import type { Scope } from "./queries.ts";

type CreateKeyFormProps = {
  scope: Scope;
  hasCredit: boolean;
  onCreated: (key: CreatedKey) => void;
  /** The answer did not arrive: there may be a key whose secret nobody has. */
  onLost: (name: string) => void;
  onCancel: () => void;
};

const EXPIRIES = ["never", "7", "30", "90", "365"] as const;
const DAY_MS = 86_400_000;

const CreateKeyFields = CreateKeyInput.pick({ name: true }).extend({
  kind: z.enum(KEY_KINDS),
  expiry: z.enum(EXPIRIES),
});
type Fields = z.input<typeof CreateKeyFields>;

export function CreateKeyForm({ scope, hasCredit, onCreated, onLost, onCancel }: CreateKeyFormProps) {
  const t = useTranslations("keys");
  const common = useTranslations("common");
  const failureText = useFailureText();
  const form = useZodForm(CreateKeyFields, { name: "", kind: hasCredit ? "live" : "test", expiry: "never" });
  const [error, setError] = useState<string>();
  const { errors, isSubmitting } = form.formState;
  const kind = useWatch({ control: form.control, name: "kind" });

  const submit = form.handleSubmit(async ({ expiry, ...fields }) => {
    const input = { ...fields, projectId: scope.projectId, ...expiresIn(expiry) };
    const result = await createKeyAction(input, scope.org).catch(unreachable);
    if (result.ok) return onCreated(result.value);
    if (result.code === "offline") return onLost(fields.name);
    return setError(failureText(result));
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="contents">
      <DialogBody className="grid gap-4">
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        {!hasCredit && <Notice>{t("create.noCredit")}</Notice>}
        <Field label={t("create.name")} hint={t("create.nameHint")} error={errors.name?.message}>
          {(control) => (
            <Input
              autoComplete="off"
              placeholder={t("create.namePlaceholder")}
              {...control}
              {...form.register("name")}
            />
          )}
        </Field>
        <details className="group rounded-md border">
          <summary className="flex h-9 list-none items-center gap-2 rounded-md px-3 text-sm hover:bg-hover pointer-coarse:h-11">
            <ChevronRight aria-hidden className="size-4 text-ink-faint transition-transform group-open:rotate-90" />
            <span className="font-medium">{t("create.options")}</span>
            <OptionsSummary control={form.control} />
          </summary>
          <div className="grid gap-4 border-t p-3">
            <Field label={t("create.kind")} hint={t(`create.kindHints.${kind}`)}>
              {(control) => (
                <Select {...control} {...form.register("kind")}>
                  {KEY_KINDS.map((id) => (
                    <option key={id} value={id}>
                      {t(`kinds.${id}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t("create.expiry")} hint={t("create.expiryHint")}>
              {(control) => (
                <Select {...control} {...form.register("expiry")}>
                  {EXPIRIES.map((id) => (
                    <option key={id} value={id}>
                      {t(`create.expiries.${id}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        </details>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>{common("cancel")}</Button>
        <Button type="submit" variant="primary" isBusy={isSubmitting}>
          {t("create.submit")}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** What the folded options are set to. */
function OptionsSummary({ control }: { control: Control<Fields, unknown, z.output<typeof CreateKeyFields>> }) {
  const t = useTranslations("keys");
  const [kind, expiry] = useWatch({ control, name: ["kind", "expiry"] });
  return (
    <span className="ml-auto text-ink-faint text-xs">
      {t("create.optionsSummary", { kind: t(`kinds.${kind}`), expiry: t(`create.expiries.${expiry}`) })}
    </span>
  );
}

const expiresIn = (expiry: (typeof EXPIRIES)[number]) =>
  expiry === "never" ? {} : { expiresAt: new Date(Date.now() + Number(expiry) * DAY_MS).toISOString() };
