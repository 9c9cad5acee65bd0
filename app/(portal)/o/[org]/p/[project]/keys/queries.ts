import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

export type KeyRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly publicId: string;
  readonly last4: string;
  readonly createdByName: string | null;
  readonly createdAt: string;
  readonly firstUsedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly status: "active" | "expired" | "revoked";
};

export type KeyPage = { readonly items: readonly KeyRow[]; readonly nextCursor: string | null };

export type FirstRequest = {
  readonly seen: boolean;
  readonly at: string | null;
  readonly status: number | null;
  readonly model: string | null;
  readonly errorCode: string | null;
};

export type UsageSums = {
  readonly requests: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: string;
};

type Percentiles = { readonly latencyP95Ms: number | null };

export type Usage = {
  readonly from: string;
  readonly to: string;
  readonly bucketMinutes: number;
  readonly totals: UsageSums & Percentiles;
  readonly series: readonly (UsageSums & { readonly bucket: string; readonly model: string })[];
  readonly rows: readonly (UsageSums & Percentiles & { readonly model: string })[];
};

/** Which part of the organisation the page shows. */
export type Scope = { readonly org: string; readonly projectId: string };

const FIRST_REQUEST_POLL_MS = 2_000;
const USAGE_POLL_MS = 10_000;
const ERROR_STATUS_MIN = 400;

/** The first page follows no key. */
const beforeAll = (): string | null => null;

export const hasSucceeded = (first: FirstRequest | undefined) =>
  first?.seen === true && first.status !== null && first.status < ERROR_STATUS_MIN;

export const keysQuery = ({ org, projectId }: Scope) =>
  infiniteQueryOptions({
    queryKey: ["keys", org, projectId],
    queryFn: ({ pageParam, signal }): Promise<KeyPage> =>
      read("/api/portal/keys", { org, projectId, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: beforeAll(),
    getNextPageParam: (page: KeyPage) => page.nextCursor,
  });

/** Asked again every two seconds while the page is looked at, until a request has gone well. */
export const firstRequestQuery = (org: string, keyId: string) =>
  queryOptions({
    queryKey: ["first-request", org, keyId],
    queryFn: ({ signal }): Promise<FirstRequest> => read("/api/portal/keys/first-request", { org, keyId }, signal),
    refetchInterval: ({ state }) => (hasSucceeded(state.data) ? false : FIRST_REQUEST_POLL_MS),
    retry: true,
    retryDelay: FIRST_REQUEST_POLL_MS,
  });

export const usageQuery = ({ org, projectId }: Scope) =>
  queryOptions({
    queryKey: ["usage", org, projectId],
    queryFn: ({ signal }): Promise<Usage> => read("/api/portal/usage", { org, projectId }, signal),
    refetchInterval: USAGE_POLL_MS,
  });

/** What a read that was answered with an error comes to; the id finds it in the server's log. */
class ReadFailure extends Error {
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(code: string, requestId: string | undefined) {
    super(code);
    this.code = code;
    this.requestId = requestId;
  }
}

export const failureOf = (error: Error) =>
  error instanceof ReadFailure ? { code: error.code, requestId: error.requestId } : { code: "offline" };

async function read(path: string, query: Record<string, string>, signal: AbortSignal) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { signal });
  if (response.ok) return response.json();
  if (response.status === 401) returnToSignIn();
  const body = await response.json().catch(() => undefined);
  throw new ReadFailure(body?.error?.code ?? "internal", body?.error?.requestId);
}

function returnToSignIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?callbackUrl=${encodeURIComponent(here)}`);
}
