import { slotOf } from "#lib/base/histogram";
import type { AdmittedRequest, AttemptRecord, RequestRecord } from "#lib/base/request-record";

/** What comes to an admitted request when it ends. */
export type Ended = Omit<RequestRecord, keyof AdmittedRequest>;

/**
 * Writes a record as the JSON object `usage_apply` takes: the columns of usage_event, money as text, and the histogram
 * slots. The same text stands in the journal and in the batch, so it is made once, and so are the `columns` that were
 * written when the request was admitted. Names that come again and again are quoted once, and nothing is built only to be
 * written.
 */
export const usageRowOf = (record: RequestRecord, columns: string = admittedColumns(record)): string =>
  `{${columns},${placeColumns(record)},${endedColumns(record)}}`;

/** Writes what is known at the admission: the same object, which `endedRowOf` completes. */
export const admissionText = (request: AdmittedRequest, columns: string): string =>
  `{${columns},${placeColumns(request)}}`;

/** Completes the text of an admission. */
export const endedRowOf = (admission: string, ended: Ended): string =>
  `${admission.slice(0, -1)},${endedColumns(ended)}}`;

/** The columns that stay as they were at the admission, without the braces of their object. */
export const admittedColumns = (request: AdmittedRequest): string =>
  `"id":"${request.id}","admitted_at_ms":${Math.round(request.admittedAtMs)},"org_id":${idText(request.orgId)},` +
  `"project_id":${idText(request.projectId)},"member_id":${idText(request.memberId)},"key_id":${idText(request.keyId)},` +
  `"endpoint":${quoted(request.endpoint)},"requested_model":${quoted(request.requestedModel)},` +
  `"served_model":${quoted(request.servedModel)},"is_stream":${request.isStream},"is_test":${request.isTest},` +
  `"config_version":${request.configVersion}`;

/** Where it went: at the admission the first place it is to go to, at the end the last. */
const placeColumns = ({ provider, deployment }: Pick<AdmittedRequest, "provider" | "deployment">) =>
  `"provider":${quoted(provider)},"deployment":${quoted(deployment)}`;

const endedColumns = (record: Ended) => {
  const { usage, attempts, rejected } = record;
  return (
    `"status":${record.status},"outcome":"${record.outcome}",` +
    `"error_code":${record.errorCode === null ? "null" : quoted(record.errorCode)},` +
    `"requests":${record.requests},"attempts":${attemptsText(attempts)},` +
    `"rejected":${rejectedText(rejected)},"cache":"${record.cache}",` +
    `"input_tokens":${usage.inputTokens},"cached_input_tokens":${usage.cachedInputTokens},` +
    `"cache_write_tokens":${usage.cacheWriteTokens},"output_tokens":${usage.outputTokens},` +
    `"reasoning_tokens":${usage.reasoningTokens},"is_estimated":${usage.isEstimated},"cost_nano":"${record.cost}",` +
    `"upstream_cost_nano":"${record.upstreamCost}","duration_ms":${record.durationMs},` +
    `"first_byte_ms":${record.firstByteMs},"latency_slot":${slotOf(record.durationMs)},` +
    `"first_byte_slot":${record.firstByteMs === null ? null : slotOf(record.firstByteMs)}`
  );
};

const attemptsText = (attempts: RequestRecord["attempts"]) => `[${attempts.map(attemptText).join(",")}]`;

const attemptText = ({
  deployment,
  provider,
  credential,
  status,
  failure,
  dropped,
  durationMs,
  costNano,
}: AttemptRecord) =>
  `{"deployment":${quoted(deployment)},"provider":${quoted(provider)},"credential":${quoted(credential)},` +
  `"status":${status},${failure === undefined ? "" : `"failure":${quoted(failure)},`}` +
  `${dropped === undefined ? "" : `"dropped":${JSON.stringify(dropped.map(storable))},`}` +
  `"durationMs":${durationMs},"costNano":"${costNano}"}`;

const rejectedText = (rejected: RequestRecord["rejected"]) =>
  rejected.length === 0
    ? "[]"
    : JSON.stringify(rejected.map(({ deployment, reason }) => ({ deployment, reason: storable(reason) })));

/** Ids are ours: a UUID needs no escape. */
const idText = (id: string | null) => (id === null ? "null" : `"${id}"`);

const QUOTED_MAX = 2_000;
const QUOTED_CHARS_MAX = 256;
const known = new Map<string, string>();

/** Writes a text as JSON. What was written before is remembered, up to a bound: names of endpoints, models, providers. */
function quoted(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const written = JSON.stringify(storable(text));
  if (known.size < QUOTED_MAX && text.length <= QUOTED_CHARS_MAX) known.set(text, written);
  return written;
}

/** Text that may have come from a caller: PostgreSQL refuses U+0000 in text and lone surrogates in JSON, and with them the whole row. */
export const storable = (text: string) => (text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text).toWellFormed();
