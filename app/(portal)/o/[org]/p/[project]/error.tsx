"use client";

import { FailureState } from "#components/layout/failure-state";

type ErrorPageProps = { error: Error & { digest?: string }; reset: () => void };

export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <div className="pt-16">
      <FailureState reference={error.digest} onRetry={reset} />
    </div>
  );
}
