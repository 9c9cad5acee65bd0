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
