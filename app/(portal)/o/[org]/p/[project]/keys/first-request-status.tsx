"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect } from "react";
import { RelativeTime } from "#components/format/time";
import { useFailureText } from "#components/forms/use-failure-text";
import { classNames } from "#components/ui/class-names";
import { type FirstRequest, firstRequestQuery, hasSucceeded, keysQuery, type Scope, usageQuery } from "./queries.ts";

type FirstRequestStatusProps = {
  scope: Scope;
  keyId: string;
  name: string;
  className?: string;
  /** Stands at the end of the line. */
  end?: ReactNode;
  children?: ReactNode;
};

/** Watches for the first request of a key and turns green by itself; a refused one is explained on the way. */
export function FirstRequestStatus({ scope, keyId, name, className, end, children }: FirstRequestStatusProps) {
  const queries = useQueryClient();
  const { data } = useQuery(firstRequestQuery(scope.org, keyId));
  const isSeen = hasSucceeded(data);

  useEffect(() => {
    if (!isSeen) return;
    void queries.invalidateQueries({ queryKey: keysQuery(scope).queryKey });
    void queries.invalidateQueries({ queryKey: usageQuery(scope).queryKey });
  }, [isSeen, queries, scope]);

  const tone = toneOf(data);
  return (
    <div className={classNames("rounded-lg border", TONES[tone], className)}>
      <div className="flex gap-3 px-3.5 py-3">
        <span className="mt-px grid size-5 shrink-0 place-items-center">
          <Signal tone={tone} />
        </span>
        <div role="status" className="min-w-0 flex-1">
          <Words tone={tone} first={data} name={name} />
        </div>
        {end}
      </div>
      {children}
    </div>
  );
}

type Tone = "waiting" | "failed" | "seen";

const TONES: Record<Tone, string> = {
  waiting: "bg-surface",
  failed: "border-warn-line bg-warn-soft",
  seen: "border-good-line bg-good-soft",
};

function toneOf(first: FirstRequest | undefined): Tone {
  if (hasSucceeded(first)) return "seen";
  return first?.seen ? "failed" : "waiting";
}

function Signal({ tone }: { tone: Tone }) {
  if (tone === "seen") return <CircleCheck aria-hidden className="size-5 text-good" />;
  if (tone === "failed") return <TriangleAlert aria-hidden className="size-5 text-warn" />;
  return (
    <span className="relative grid size-2.5 place-items-center">
      <span className="absolute inset-0 animate-beacon rounded-full bg-accent" />
      <span className="size-2.5 rounded-full bg-accent" />
    </span>
  );
}

function Words({ tone, first, name }: { tone: Tone; first: FirstRequest | undefined; name: string }) {
  const t = useTranslations("keys.first");
  const failureText = useFailureText();
  const reasonOf = (code: string | null | undefined) => {
    if (code === "insufficient_funds") return t("noCredit");
    return code ? failureText({ code }) : t("unknownReason");
  };
  const when = () => (first?.at ? <RelativeTime at={first.at} /> : null);
  if (tone === "seen") {
    return (
      <div>
        <p className="font-medium text-good">{t("seen")}</p>
        <p className="text-good text-sm">{t.rich("seenText", { name, model: first?.model ?? "", when })}</p>
      </div>
    );
  }
  if (tone === "failed") {
    const reason = reasonOf(first?.errorCode);
    return (
      <div className="text-warn">
        <p className="font-medium">{t("failed")}</p>
        <p className="text-sm">{t.rich("failedText", { name, status: String(first?.status ?? ""), reason, when })}</p>
        <p className="mt-1 text-xs">{t("keepWaiting")}</p>
      </div>
    );
  }
  return (
    <div>
      <p className="font-medium">{t("waiting")}</p>
      <p className="text-ink-soft text-sm">{t("waitingText", { name })}</p>
    </div>
  );
}
