import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { RETIRED_KEY_HOURS } from "#lib/base/access-token";
import type { ClockPort } from "#lib/gateway/ports";
import type { Sql } from "#lib/platform/sql";

/** An unknown key id is worth one look at the table, and the next no sooner than this. */
const REREAD_MS = 2_000;
/** So that a key leaves in time though nobody announced it. */
const FRESH_MS = 60_000;

export type SigningKeys = {
  readonly keyOf: (kid: string) => KeyObject | undefined;
  /** Looks at the table for a key that is not known. Gives null when it was read a moment ago. */
  readonly lookAgain: () => Promise<void> | null;
  /** Looks at the table now: something there has changed, or may have. */
  readonly reload: () => unknown;
};

type Options = {
  readonly sql: Sql;
  readonly clock: Pick<ClockPort, "monotonic">;
  /** Called when a key is no longer there: what was verified by it is not to be believed any more. */
  readonly onGone: () => void;
};

/** The public halves of the keys that sign access tokens, in memory; no token ever makes us fetch one from elsewhere. */
export function openSigningKeys({ sql, clock, onGone }: Options): SigningKeys {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let lookedAtMs = 0;
  let isRead = false;
  let last: Promise<void>;

  const look = () => {
    lookedAtMs = clock.monotonic();
    isRead = false;
    const mine: Promise<void> = readKeys(sql).then((found) => {
      // What an earlier look finds late is older than what a later one finds.
      if (mine !== last) return last;
      const isGone = [...keys.keys()].some((kid) => !found.has(kid));
      keys = found;
      isRead = true;
      if (isGone) onGone();
      return undefined;
    });
    mine.catch(() => undefined);
    last = mine;
    return mine;
  };
  void look();

  return {
    keyOf(kid) {
      if (clock.monotonic() - lookedAtMs > FRESH_MS) void look();
      return keys.get(kid);
    },
    lookAgain() {
      if (clock.monotonic() - lookedAtMs >= REREAD_MS) return look();
      // While nothing is known of the table, nothing is refused for what is missing there.
      return isRead ? null : last;
    },
    reload: look,
  };
}

const KEYS_SQL = `
  SELECT id, public_jwk FROM signing_key
   WHERE retired_at IS NULL OR retired_at > now() - interval '${RETIRED_KEY_HOURS} hours'`;

const PublicJwk = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });

async function readKeys(sql: Sql): Promise<ReadonlyMap<string, KeyObject>> {
  const { rows } = await sql.query<{ id: string; public_jwk: unknown }>({ name: "signing_keys", text: KEYS_SQL });
  return new Map(
    rows.map(({ id, public_jwk }) => [id, createPublicKey({ key: PublicJwk.parse(public_jwk), format: "jwk" })]),
  );
}
