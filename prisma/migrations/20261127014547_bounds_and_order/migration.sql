-- No sum of what was used is below zero: a negative cost would be a gift nobody gave.
ALTER TABLE usage_rollup ADD CONSTRAINT usage_rollup_not_negative CHECK (
  requests >= 0 AND input_tokens >= 0 AND cached_input_tokens >= 0 AND output_tokens >= 0 AND reasoning_tokens >= 0
  AND cost_nano >= 0 AND upstream_cost_nano >= 0 AND duration_ms_sum >= 0
);

-- Credits an organisation's wallet from the platform's grants. The same transfer id again is a replay when the rest is the
-- same too, and an error when it is not. Gives the wallet's balance after it.
CREATE OR REPLACE FUNCTION ledger_credit(org uuid, amount bigint, reason text, actor text, transfer uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  wallet uuid;
  grants uuid;
  known ledger_transfer%ROWTYPE;
  balance bigint;
BEGIN
  -- What all wallets were given has to fit into one account: nine thousand times the most.
  IF amount <= 0 OR amount > 1000000000000000 THEN
    RAISE EXCEPTION 'the amount of a credit must be positive and at most a million dollars' USING ERRCODE = '22023';
  END IF;
  wallet := ledger_account_of(org, 'wallet');
  grants := ledger_account_of(NULL, 'grants');
  -- Always in the order of their ids, so that two transfers never wait for each other in a ring.
  PERFORM FROM ledger_account WHERE id IN (wallet, grants) ORDER BY id FOR UPDATE;
  SELECT * INTO known FROM ledger_transfer WHERE id = transfer;
  IF FOUND THEN
    SELECT balance_after_nano INTO balance FROM ledger_entry
     WHERE transfer_id = transfer AND account_id = wallet AND amount_nano = amount;
    IF NOT FOUND OR known.kind <> 'credit' OR known.reason <> ledger_credit.reason OR known.actor <> ledger_credit.actor THEN
      RAISE EXCEPTION 'this transfer id was used for another transfer' USING ERRCODE = '23505';
    END IF;
    RETURN balance;
  END IF;
  INSERT INTO ledger_transfer (id, kind, reason, actor) VALUES (transfer, 'credit', reason, actor);
  PERFORM ledger_write(transfer, grants, -amount);
  balance := ledger_write(transfer, wallet, amount);
  PERFORM pg_notify('switchyard_ledger', org::text);
  RETURN balance;
END
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
