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

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END
$$;

-- What organisations have: the wallet's balance, and what of it may still be spent. Metered cost is taken off here until the
-- engine that charges it to the wallet is in place. One who was charged more than can be counted owes the most that can:
-- what is wrong with one organisation must not keep the others from being read.
CREATE OR REPLACE FUNCTION ledger_balances(orgs uuid[]) RETURNS TABLE (org_id uuid, balance bigint, available bigint)
LANGUAGE sql STABLE AS $$
  SELECT o.id, coalesce(a.balance_nano, 0),
         greatest(
           coalesce(a.balance_nano, 0) - (SELECT coalesce(sum(r.cost_nano), 0) FROM usage_rollup r WHERE r.org_id = o.id),
           -9223372036854775808)::bigint
    FROM organization o LEFT JOIN ledger_account a ON a.org_id = o.id AND a.kind = 'wallet'
   WHERE o.id = ANY(orgs)
$$;
