-- The smallest UUIDv7 of a moment (RFC 9562, 5.7): bounds of partitions and of time ranges over ids.
CREATE OR REPLACE FUNCTION uuid_floor(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-0000-0000-000000000000')::uuid
    FROM lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS hex
$$;

-- Histograms are arrays of 40 counts, a slot is numbered from 0, as in lib/base/histogram.ts.
CREATE OR REPLACE FUNCTION slots_take(slots bigint[], slot int, weight int) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF slot IS NOT NULL THEN
    slots[slot + 1] := slots[slot + 1] + weight;
  END IF;
  RETURN slots;
END
$$;

CREATE OR REPLACE AGGREGATE slots_count(int, int) (
  SFUNC = slots_take,
  STYPE = bigint[],
  INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}'
);

CREATE OR REPLACE FUNCTION slots_add(one bigint[], other bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(a + b ORDER BY place) FROM unnest(one, other) WITH ORDINALITY AS pair(a, b, place)
$$;

-- Takes a batch of usage rows and applies the ones that are new, and only those, to the rollups: one statement, so all or
-- nothing, and safe to repeat. Rows, rollups and keys are taken in key order, so that two batches never wait for each other in a ring.
CREATE OR REPLACE FUNCTION usage_apply(batch jsonb) RETURNS TABLE (applied_id uuid)
LANGUAGE sql AS $$
  WITH incoming AS (
    SELECT DISTINCT ON (id) *
      FROM jsonb_to_recordset(batch) AS row(
        id uuid, admitted_at_ms bigint, org_id uuid, project_id uuid, member_id uuid, key_id uuid, endpoint text,
        requested_model text, served_model text, provider text, deployment text, status int, outcome text,
        error_code text, is_stream boolean, is_test boolean, requests int, attempts jsonb, rejected jsonb, cache text,
        input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, output_tokens bigint,
        reasoning_tokens bigint, is_estimated boolean, cost_nano bigint, upstream_cost_nano bigint, config_version int,
        duration_ms int, first_byte_ms int, latency_slot int, first_byte_slot int)
     ORDER BY id
  ), inserted AS (
    INSERT INTO usage_event (
        id, admitted_at, org_id, project_id, member_id, key_id, endpoint, requested_model, served_model, provider,
        deployment, status, outcome, error_code, is_stream, is_test, requests, attempts, rejected, cache, input_tokens,
        cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, is_estimated, cost_nano,
        upstream_cost_nano, config_version, duration_ms, first_byte_ms)
    SELECT id, to_timestamp(admitted_at_ms / 1000.0), org_id, project_id, member_id, key_id, endpoint, requested_model,
        served_model, provider, deployment, status, outcome, error_code, is_stream, is_test, requests, attempts,
        rejected, cache, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        is_estimated, cost_nano, upstream_cost_nano, config_version, duration_ms, first_byte_ms
      FROM incoming
     ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
  ), summed AS (
    INSERT INTO usage_rollup AS kept (
        bucket, org_id, project_id, member_id, key_id, model, provider, status, requests, input_tokens,
        cached_input_tokens, output_tokens, reasoning_tokens, cost_nano, upstream_cost_nano, duration_ms_sum,
        latency_slots, first_byte_slots)
    SELECT to_timestamp((admitted_at_ms / 900000) * 900), coalesce(org_id, nobody), coalesce(project_id, nobody),
        coalesce(member_id, nobody), coalesce(key_id, nobody), served_model, provider, status, sum(requests),
        sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cost_nano),
        sum(upstream_cost_nano), sum(duration_ms::bigint * requests), slots_count(latency_slot, requests),
        slots_count(first_byte_slot, requests)
      FROM incoming JOIN inserted USING (id), (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS nobody) AS none
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
     ORDER BY 2, 1, 3, 4, 5, 6, 7, 8
    ON CONFLICT (org_id, bucket, project_id, member_id, key_id, model, provider, status) DO UPDATE SET
        requests = kept.requests + excluded.requests,
        input_tokens = kept.input_tokens + excluded.input_tokens,
        cached_input_tokens = kept.cached_input_tokens + excluded.cached_input_tokens,
        output_tokens = kept.output_tokens + excluded.output_tokens,
        reasoning_tokens = kept.reasoning_tokens + excluded.reasoning_tokens,
        cost_nano = kept.cost_nano + excluded.cost_nano,
        upstream_cost_nano = kept.upstream_cost_nano + excluded.upstream_cost_nano,
        duration_ms_sum = kept.duration_ms_sum + excluded.duration_ms_sum,
        latency_slots = slots_add(kept.latency_slots, excluded.latency_slots),
        first_byte_slots = slots_add(kept.first_byte_slots, excluded.first_byte_slots)
  ), used AS (
    SELECT key_id, to_timestamp(min(admitted_at_ms) / 1000.0) AS first_at, to_timestamp(max(admitted_at_ms) / 1000.0) AS last_at
      FROM incoming JOIN inserted USING (id) WHERE key_id IS NOT NULL GROUP BY key_id
  ), held AS (
    SELECT id FROM api_key WHERE id IN (SELECT key_id FROM used) ORDER BY id FOR NO KEY UPDATE
  ), touched AS (
    UPDATE api_key SET first_used_at = coalesce(first_used_at, used.first_at), last_used_at = greatest(last_used_at, used.last_at)
      FROM held JOIN used ON used.key_id = held.id
     WHERE api_key.id = held.id
  )
  SELECT id FROM inserted
$$;

-- Makes the partitions of this month and the given number after it. Rows that fell into the default one are moved.
-- A month begins and ends in UTC whatever the session's time zone: it moves when a month is added, unless it is UTC.
CREATE OR REPLACE FUNCTION usage_ensure_partitions(months_ahead int) RETURNS int
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  month timestamptz;
  made int := 0;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('usage_ensure_partitions'));
  FOR ahead IN 0..months_ahead LOOP
    month := date_trunc('month', now()) + make_interval(months => ahead);
    name := 'usage_event_' || to_char(month, 'YYYYMM');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    LOCK TABLE usage_event IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE usage_event INCLUDING ALL)', name);
    EXECUTE format(
      'WITH moved AS (DELETE FROM usage_event_default WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      uuid_floor(month), uuid_floor(month + interval '1 month'), name);
    EXECUTE format('ALTER TABLE usage_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      name, uuid_floor(month), uuid_floor(month + interval '1 month'));
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Drops the partitions that lie wholly before a moment, rollups are kept. Gives the names dropped.
CREATE OR REPLACE FUNCTION usage_prune(before timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  name text;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'usage_event'::regclass AND c.relname ~ '^usage_event_\d{6}$'
       AND to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= before
     ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', name);
    RETURN NEXT name;
  END LOOP;
END
$$;
