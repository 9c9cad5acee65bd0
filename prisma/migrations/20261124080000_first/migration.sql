-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "created_by_id" UUID,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "public_id" TEXT NOT NULL,
    "last4" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "pepper_version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "first_used_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "ip" TEXT,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "config_version" (
    "number" SERIAL NOT NULL,
    "document" JSONB NOT NULL,
    "checksum" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "config_version_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "config_activation" (
    "id" SERIAL NOT NULL,
    "version" INTEGER NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "config_activation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "nonce" BYTEA NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "wrap_nonce" BYTEA NOT NULL,
    "key_version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" UUID NOT NULL,
    "org_id" UUID,
    "kind" TEXT NOT NULL,
    "balance_nano" BIGINT NOT NULL DEFAULT 0,
    "version" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transfer" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "id" BIGSERIAL NOT NULL,
    "transfer_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "amount_nano" BIGINT NOT NULL,
    "balance_after_nano" BIGINT NOT NULL,
    "account_version" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_event" (
    "id" UUID NOT NULL,
    "admitted_at" TIMESTAMPTZ(3) NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "member_id" UUID,
    "key_id" UUID,
    "endpoint" TEXT NOT NULL,
    "requested_model" TEXT NOT NULL,
    "served_model" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "error_code" TEXT,
    "is_stream" BOOLEAN NOT NULL,
    "is_test" BOOLEAN NOT NULL,
    "requests" INTEGER NOT NULL DEFAULT 1,
    "attempts" JSONB NOT NULL,
    "rejected" JSONB NOT NULL,
    "cache" TEXT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_input_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "is_estimated" BOOLEAN NOT NULL,
    "cost_nano" BIGINT NOT NULL,
    "upstream_cost_nano" BIGINT NOT NULL,
    "config_version" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "first_byte_ms" INTEGER,

    CONSTRAINT "usage_event_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "usage_rollup" (
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "requests" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cost_nano" BIGINT NOT NULL,
    "upstream_cost_nano" BIGINT NOT NULL,
    "duration_ms_sum" BIGINT NOT NULL,
    "latency_slots" BIGINT[],
    "first_byte_slots" BIGINT[],

    CONSTRAINT "usage_rollup_pkey" PRIMARY KEY ("org_id","bucket","project_id","member_id","key_id","model","provider","status")
);

-- CreateTable
CREATE TABLE "usage_quarantine" (
    "id" UUID NOT NULL,
    "payload" JSONB NOT NULL,
    "error" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_quarantine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway_instance" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "gateway_instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "platform_role" TEXT,
    "email_verified_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_agent" TEXT,
    "ip" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail_token" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "mail_token_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_public_id_key" ON "api_key"("public_id");

-- CreateIndex
CREATE INDEX "api_key_org_id_id_idx" ON "api_key"("org_id", "id");

-- CreateIndex
CREATE INDEX "audit_log_org_id_id_idx" ON "audit_log"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "secret_name_key" ON "secret"("name");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_org_id_kind_key" ON "ledger_account"("org_id", "kind") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "ledger_entry_transfer_id_idx" ON "ledger_entry"("transfer_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_account_id_account_version_key" ON "ledger_entry"("account_id", "account_version");

-- CreateIndex
CREATE UNIQUE INDEX "organization_slug_key" ON "organization"("slug");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "membership_org_id_user_id_key" ON "membership"("org_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "project_org_id_slug_key" ON "project"("org_id", "slug");

-- CreateIndex
CREATE INDEX "usage_event_org_id_id_idx" ON "usage_event"("org_id", "id");

-- CreateIndex
CREATE INDEX "usage_event_key_id_id_idx" ON "usage_event"("key_id", "id");

-- CreateIndex
CREATE INDEX "usage_rollup_bucket_idx" ON "usage_rollup"("bucket");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "mail_token_hash_key" ON "mail_token"("hash");

-- CreateIndex
CREATE INDEX "mail_token_user_id_idx" ON "mail_token"("user_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "app_user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "config_activation" ADD CONSTRAINT "config_activation_version_fkey" FOREIGN KEY ("version") REFERENCES "config_version"("number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "ledger_transfer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mail_token" ADD CONSTRAINT "mail_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say -------------------------------------------------------------------------------------------

CREATE TABLE usage_event_default PARTITION OF usage_event DEFAULT;

ALTER TABLE usage_rollup SET (fillfactor = 70);
ALTER TABLE ledger_account SET (fillfactor = 70);
ALTER TABLE gateway_instance SET (fillfactor = 50);

ALTER TABLE usage_event
  ADD CONSTRAINT usage_event_outcome CHECK (outcome IN ('completed', 'refused', 'failed', 'cancelled', 'interrupted')),
  ADD CONSTRAINT usage_event_counts CHECK (
    requests > 0 AND input_tokens >= 0 AND cached_input_tokens >= 0 AND cache_write_tokens >= 0 AND output_tokens >= 0
    AND reasoning_tokens >= 0 AND cost_nano >= 0 AND upstream_cost_nano >= 0),
  ADD CONSTRAINT usage_event_test_is_free CHECK (NOT is_test OR cost_nano = 0);

ALTER TABLE ledger_account
  ADD CONSTRAINT ledger_account_kind CHECK (kind IN ('wallet', 'grants')),
  ADD CONSTRAINT ledger_account_owner CHECK ((kind = 'wallet') = (org_id IS NOT NULL)),
  ADD CONSTRAINT ledger_account_not_negative CHECK (kind <> 'wallet' OR balance_nano >= 0);

ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_not_zero CHECK (amount_nano <> 0);

ALTER TABLE api_key
  ADD CONSTRAINT api_key_kind CHECK (kind IN ('live', 'test', 'admin')),
  ADD CONSTRAINT api_key_owner CHECK ((kind = 'admin') = (org_id IS NULL)),
  ADD CONSTRAINT api_key_hash CHECK (octet_length(hash) = 32);

ALTER TABLE membership ADD CONSTRAINT membership_role CHECK (role IN ('owner', 'admin', 'developer', 'billing', 'viewer'));

ALTER TABLE app_user
  ADD CONSTRAINT app_user_email CHECK (email = lower(email)),
  ADD CONSTRAINT app_user_locale CHECK (locale IN ('en', 'zh')),
  ADD CONSTRAINT app_user_platform_role CHECK (platform_role IN ('operator', 'support', 'viewer'));

ALTER TABLE mail_token ADD CONSTRAINT mail_token_purpose CHECK (purpose IN ('verify', 'sign-in', 'reset'));

-- Functions, as they stand in prisma/functions ---------------------------------------------------------------------

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
-- nothing, and safe to repeat. Rows and rollups are taken in key order, so that two batches never wait for each other in a ring.
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
  ), touched AS (
    UPDATE api_key SET first_used_at = coalesce(first_used_at, used.first_at), last_used_at = greatest(last_used_at, used.last_at)
      FROM (SELECT key_id, to_timestamp(min(admitted_at_ms) / 1000.0) AS first_at,
                   to_timestamp(max(admitted_at_ms) / 1000.0) AS last_at
              FROM incoming JOIN inserted USING (id) WHERE key_id IS NOT NULL GROUP BY key_id) AS used
     WHERE api_key.id = used.key_id
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

-- Finds or makes an account. A platform account has no organisation.
CREATE OR REPLACE FUNCTION ledger_account_of(org uuid, account_kind text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  found uuid;
BEGIN
  INSERT INTO ledger_account (id, org_id, kind) VALUES (gen_random_uuid(), org, account_kind)
  ON CONFLICT (org_id, kind) DO NOTHING;
  SELECT id INTO STRICT found FROM ledger_account WHERE org_id IS NOT DISTINCT FROM org AND kind = account_kind;
  RETURN found;
END
$$;

-- Writes one entry: the account's balance and version move with it in the same statement.
CREATE OR REPLACE FUNCTION ledger_write(transfer uuid, account uuid, amount bigint) RETURNS bigint
LANGUAGE sql AS $$
  WITH moved AS (
    UPDATE ledger_account SET balance_nano = balance_nano + amount, version = version + 1
     WHERE id = account
    RETURNING balance_nano, version
  )
  INSERT INTO ledger_entry (transfer_id, account_id, amount_nano, balance_after_nano, account_version)
  SELECT transfer, account, amount, balance_nano, version FROM moved
  RETURNING balance_after_nano
$$;

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
  IF amount <= 0 OR amount > 1000000000000000000 THEN
    RAISE EXCEPTION 'the amount of a credit must be positive and at most a billion dollars' USING ERRCODE = '22023';
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

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END
$$;

-- What organisations have: the wallet's balance, and what of it may still be spent. Metered cost is taken off here until the
-- engine that charges it to the wallet is in place.
CREATE OR REPLACE FUNCTION ledger_balances(orgs uuid[]) RETURNS TABLE (org_id uuid, balance bigint, available bigint)
LANGUAGE sql STABLE AS $$
  SELECT o.id, coalesce(a.balance_nano, 0),
         coalesce(a.balance_nano, 0) - (SELECT coalesce(sum(r.cost_nano), 0)::bigint FROM usage_rollup r WHERE r.org_id = o.id)
    FROM organization o LEFT JOIN ledger_account a ON a.org_id = o.id AND a.kind = 'wallet'
   WHERE o.id = ANY(orgs)
$$;

-- What may never be changed ----------------------------------------------------------------------------------------

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER config_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON config_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER config_activation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON config_activation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT usage_ensure_partitions(3);
