import { formatUsd } from "#lib/base/units";

/** The columns of a request that a list shows. */
export const REQUEST_SHOWN = {
  id: true,
  admittedAt: true,
  orgId: true,
  projectId: true,
  memberId: true,
  keyId: true,
  endpoint: true,
  requestedModel: true,
  servedModel: true,
  provider: true,
  deployment: true,
  status: true,
  outcome: true,
  errorCode: true,
  isStream: true,
  isTest: true,
  requests: true,
  cache: true,
  inputTokens: true,
  outputTokens: true,
  costNano: true,
  durationMs: true,
  firstByteMs: true,
} as const;

type Amounts = {
  readonly admittedAt: Date;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly costNano: bigint;
};

/** Gives a row with its time in ISO 8601, its tokens as numbers and its cost in dollars with nine places. */
export function shownRequest<Row extends Amounts>(row: Row) {
  const { admittedAt, inputTokens, outputTokens, costNano, ...rest } = row;
  return {
    ...rest,
    admittedAt: admittedAt.toISOString(),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
    costUsd: formatUsd(costNano),
  };
}
