import { slotOf } from "#lib/base/histogram";
import type { RequestRecord } from "#lib/base/request-record";

/**
 * Writes a record as the JSON object `usage_apply` takes: the columns of usage_event, money as text, and the histogram
 * slots. The same text stands in the journal and in the batch, so it is made once. Every call writes one: names that come
 * again and again are quoted once, and nothing is built only to be written.
 */
export function usageRowOf(record: RequestRecord): string {
  const { usage, attempts, rejected } = record;
  return (
    `{"id":"${record.id}","admitted_at_ms":${Math.round(record.admittedAtMs)},"org_id":${idText(record.orgId)},` +
    `"project_id":${idText(record.projectId)},"member_id":${idText(record.memberId)},"key_id":${idText(record.keyId)},` +
    `"endpoint":${quoted(record.endpoint)},"requested_model":${quoted(storable(record.requestedModel))},` +
    `"served_model":${quoted(record.servedModel)},"provider":${quoted(record.provider)},` +
    `"deployment":${quoted(record.deployment)},"status":${record.status},"outcome":"${record.outcome}",` +
    `"error_code":${record.errorCode === null ? "null" : quoted(record.errorCode)},"is_stream":${record.isStream},` +
    `"is_test":${record.isTest},"requests":${record.requests},"attempts":${attemptsText(attempts)},` +
    `"rejected":${rejected.length === 0 ? "[]" : JSON.stringify(rejected)},"cache":"${record.cache}",` +
    `"input_tokens":${usage.inputTokens},"cached_input_tokens":${usage.cachedInputTokens},` +
    `"cache_write_tokens":${usage.cacheWriteTokens},"output_tokens":${usage.outputTokens},` +
    `"reasoning_tokens":${usage.reasoningTokens},"is_estimated":${usage.isEstimated},"cost_nano":"${record.cost}",` +
    `"upstream_cost_nano":"${record.upstreamCost}","config_version":${record.configVersion},` +
    `"duration_ms":${record.durationMs},"first_byte_ms":${record.firstByteMs},` +
    `"latency_slot":${slotOf(record.durationMs)},` +
    `"first_byte_slot":${record.firstByteMs === null ? null : slotOf(record.firstByteMs)}}`
  );
}

const attemptsText = (attempts: RequestRecord["attempts"]) =>
  attempts.length === 0
    ? "[]"
    : JSON.stringify(attempts.map((attempt) => ({ ...attempt, costNano: attempt.costNano.toString() })));

/** Ids are ours: a UUID needs no escape. */
const idText = (id: string | null) => (id === null ? "null" : `"${id}"`);

const QUOTED_MAX = 2_000;
const QUOTED_CHARS_MAX = 256;
const known = new Map<string, string>();

/** Writes a text as JSON. What was written before is remembered, up to a bound: names of endpoints, models, providers. */
function quoted(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const written = JSON.stringify(text);
  if (known.size < QUOTED_MAX && text.length <= QUOTED_CHARS_MAX) known.set(text, written);
  return written;
}

/** Text from a caller: PostgreSQL refuses U+0000 in text and lone surrogates in JSON. */
const storable = (text: string) => (text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text).toWellFormed();
