import { LATENCY_BOUNDS_MS } from "#lib/base/histogram";

const DIMENSIONS = "org_id, bucket, project_id, member_id, key_id, model, provider, status";
const COUNTS = [
  "requests",
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_nano",
  "upstream_cost_nano",
];
const SUMMED = [...COUNTS, "duration_ms_sum", "latency_slots", "first_byte_slots"];

/** The bounds with their sign turned: `width_bucket` counts those at or below, a slot counts those strictly below. */
const TURNED_BOUNDS = `'{${LATENCY_BOUNDS_MS.map((bound) => -bound)
  .reverse()
  .join(",")}}'::float8[]`;

const slotOf = (column: string) => `${LATENCY_BOUNDS_MS.length} - width_bucket(-${column}::float8, ${TURNED_BOUNDS})`;

const differenceIn = (column: string) =>
  `CASE WHEN c.${column} IS DISTINCT FROM r.${column}
        THEN format('${column} %s by the rows, %s in the rollup', coalesce(c.${column}::text, 'none'), coalesce(r.${column}::text, 'none')) END`;

/**
 * Counts the usage rows anew and gives a `line` for each rollup that says something else, is missing, or has no rows.
 * A rollup from before the oldest partition has outlived its rows and is not looked at.
 */
export const ROLLUP_DIFFERENCES = `
  WITH counted AS (
    SELECT coalesce(org_id, nobody) AS org_id, to_timestamp(floor(extract(epoch FROM admitted_at) / 900) * 900) AS bucket,
           coalesce(project_id, nobody) AS project_id, coalesce(member_id, nobody) AS member_id,
           coalesce(key_id, nobody) AS key_id, served_model AS model, provider, status,
           ${COUNTS.map((name) => `sum(${name}) AS ${name}`).join(", ")}, sum(duration_ms::bigint * requests) AS duration_ms_sum,
           slots_count(${slotOf("duration_ms")}, requests) AS latency_slots,
           slots_count(${slotOf("first_byte_ms")}, requests) AS first_byte_slots
      FROM usage_event, (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS nobody) AS none
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  ), kept AS (
    SELECT min(to_date(right(c.relname, 6), 'YYYYMM'))::timestamp AT TIME ZONE 'UTC' AS since
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'usage_event'::regclass AND c.relname ~ '^usage_event_\\d{6}$'
  ), compared AS (
    SELECT bucket, org_id, key_id, model, provider, status, c.requests IS NULL AND bucket < since AS is_outlived,
           concat_ws('; ', ${SUMMED.map(differenceIn).join(", ")}) AS differences
      FROM counted c FULL JOIN usage_rollup r USING (${DIMENSIONS}), kept
  )
  SELECT 'rollup ' || concat_ws(' ', to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), org_id, key_id, model, provider, status)
         || ': ' || differences AS line
    FROM compared WHERE differences <> '' AND NOT coalesce(is_outlived, false)`;
