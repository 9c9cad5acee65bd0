import { headers } from "next/headers";
import { createThrottle, type Throttle } from "#lib/features/account/throttle";
import type { AccountDeps } from "#lib/features/account/visitor";
import { enqueueMail } from "#lib/jobs/enqueue-mail";
import type { Config } from "#lib/platform/config";
import { type Db, openDb } from "#lib/platform/db";
import { createLog, type Log } from "#lib/platform/log";
import { portalConfig } from "./portal-config.ts";
import { callerInChain, readTrustedProxies } from "./trusted-proxies.ts";

export type Portal = {
  readonly config: Config;
  readonly db: Db;
  readonly log: Log;
  readonly throttle: Throttle;
};

declare global {
  var switchyardPortal: Portal | undefined;
}

/** Opens settings, database and log at the first request: a build has none of them. Kept on the global across reloads. */
export function openPortal(): Portal {
  globalThis.switchyardPortal ??= createPortal();
  return globalThis.switchyardPortal;
}

function createPortal(): Portal {
  const config = portalConfig();
  return {
    config,
    db: openDb(config.DATABASE_URL),
    log: createLog("portal", config.LOG_LEVEL),
    throttle: createThrottle(),
  };
}

/** Gives what the account verbs need besides their context. */
export function accountDeps(): AccountDeps {
  const { config, throttle } = openPortal();
  return {
    publicUrl: config.PUBLIC_URL,
    authSecret: config.AUTH_SECRET,
    throttle,
    enqueueMail: (tx, mail) => enqueueMail(tx, mail, config.SECRETS_KEY),
  };
}

/** Reads who is calling. The front door writes x-forwarded-for itself; proxies that we trust are not the caller. */
export async function readOrigin(): Promise<{ readonly ip: string | null; readonly userAgent: string | null }> {
  const list = await headers();
  const trusted = readTrustedProxies(portalConfig().TRUSTED_PROXIES);
  return { ip: callerInChain(list.get("x-forwarded-for"), trusted) ?? null, userAgent: list.get("user-agent") };
}

/** Gives what minting a key needs besides its context. */
export const keyDeps = () => ({ keyPepper: openPortal().config.KEY_PEPPER });
