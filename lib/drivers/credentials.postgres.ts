import { CHANNELS } from "#lib/base/events";
import type { ClockPort, KeysPort } from "#lib/gateway/ports";
import type { Sql } from "#lib/platform/sql";
import { openKeys } from "./keys.postgres.ts";
import { openTokens } from "./tokens.postgres.ts";

export type Credentials = KeysPort & {
  /** Takes what was announced on one of `CREDENTIAL_CHANNELS`. */
  readonly hear: (channel: string, payload: string) => void;
  /** Announcements may have been missed: everything is read anew. */
  readonly forgetAll: () => void;
};

/** What is announced of keys, of people and of what they may use. */
export const CREDENTIAL_CHANNELS: readonly string[] = [
  CHANNELS.keyChanged,
  CHANNELS.organizationChanged,
  CHANNELS.sessionChanged,
  CHANNELS.signingKeyChanged,
];

const KEY_PREFIX = "sk-sy-";

type Options = { readonly sql: Sql; readonly clock: ClockPort; readonly pepper: string; readonly issuer: string };

/** Every credential that opens the API: keys by their prefix, and otherwise access tokens. */
export function openCredentials(options: Options): Credentials {
  const keys = openKeys(options);
  const tokens = openTokens(options);
  const forget = (name: string) => {
    keys.forget(name);
    tokens.forget(name);
  };
  return {
    find: (presented) => (presented.startsWith(KEY_PREFIX) ? keys.find(presented) : tokens.find(presented)),
    hear: (channel, payload) => (channel === CHANNELS.signingKeyChanged ? tokens.reload() : forget(payload)),
    forgetAll() {
      forget("");
      tokens.reload();
    },
  };
}
