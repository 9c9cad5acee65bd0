"use client";

import { FailureState } from "#components/layout/failure-state";

type ErrorPageProps = { error: Error & { digest?: string }; reset: () => void };

export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <main className="pt-[12dvh]">
      <FailureState reference={error.digest} onRetry={reset} />
    </main>
  );
}
