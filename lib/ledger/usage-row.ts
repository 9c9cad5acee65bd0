import { slotOf } from "#lib/base/histogram";
import type { RequestRecord } from "#lib/base/request-record";

/**
 * Writes a record as the JSON object `usage_apply` takes: the columns of usage_event, money as text, and the histogram
 * slots. The same text stands in the journal and in the batch, so it is made once.
 */
export function usageRowOf(record: RequestRecord): string {
  const { usage } = record;
  return JSON.stringify({
    id: record.id,
    admitted_at_ms: Math.round(record.admittedAtMs),
    org_id: record.orgId,
    project_id: record.projectId,
    member_id: record.memberId,
    key_id: record.keyId,
    endpoint: record.endpoint,
    requested_model: storable(record.requestedModel),
    served_model: record.servedModel,
    provider: record.provider,
    deployment: record.deployment,
    status: record.status,
    outcome: record.outcome,
    error_code: record.errorCode,
    is_stream: record.isStream,
    is_test: record.isTest,
    requests: record.requests,
    attempts: record.attempts.map((attempt) => ({ ...attempt, costNano: attempt.costNano.toString() })),
    rejected: record.rejected,
    cache: record.cache,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    is_estimated: usage.isEstimated,
    cost_nano: record.cost.toString(),
    upstream_cost_nano: record.upstreamCost.toString(),
    config_version: record.configVersion,
    duration_ms: record.durationMs,
    first_byte_ms: record.firstByteMs,
    latency_slot: slotOf(record.durationMs),
    first_byte_slot: record.firstByteMs === null ? null : slotOf(record.firstByteMs),
  });
}

/** Text from a caller: PostgreSQL refuses U+0000 in text and lone surrogates in JSON. */
const storable = (text: string) => (text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text).toWellFormed();
