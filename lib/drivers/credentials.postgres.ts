import { parseKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import type { Caller, ClockPort, KeysPort } from "#lib/gateway/ports";
import type { Sql } from "#lib/platform/sql";
import type { FailedAuth } from "./failed-auth.memory.ts";
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

/** Whether it has the form of a credential of ours: a key with its checksum, or a token's three parts. */
const isReadable = (presented: string) =>
  presented.startsWith(KEY_PREFIX) ? parseKey(presented) !== undefined : presented.split(".", 4).length === 3;

type Options = {
  readonly sql: Sql;
  readonly clock: ClockPort;
  readonly pepper: string;
  readonly issuer: string;
  readonly failures: FailedAuth;
};

const NOTHING = () => {};

/** Every credential that opens the API: keys by their prefix, and otherwise access tokens. */
export function openCredentials(options: Options): Credentials {
  const { failures } = options;
  const keys = openKeys(options);
  const tokens = openTokens(options);
  const forget = (name: string) => {
    keys.forget(name);
    tokens.forget(name);
  };
  return {
    find(presented, address) {
      const memory = presented.startsWith(KEY_PREFIX) ? keys : tokens;
      let lookedUp = NOTHING;
      // What is refused without a look-up takes nothing from what may be looked up.
      const onReading = () => {
        if (isReadable(presented)) lookedUp = failures.admit(address, presented);
      };
      const found = memory.find(presented, onReading);
      const judge = (caller: Caller | null) => {
        if (caller === null) failures.failed(address, presented, found instanceof Promise);
        return caller;
      };
      if (!(found instanceof Promise)) {
        lookedUp();
        return judge(found);
      }
      return found.finally(lookedUp).then((caller) => {
        if (caller !== null) failures.succeeded(address, presented);
        return judge(caller);
      });
    },
    hear: (channel, payload) => (channel === CHANNELS.signingKeyChanged ? tokens.reload() : forget(payload)),
    forgetAll() {
      forget("");
      tokens.reload();
    },
  };
}
