import { AppError } from "#lib/base/errors";
import { formatIssue } from "#lib/gateway/configuration/issue";
import type { ConfigurationPort } from "#lib/gateway/ports";
import type { RoutingTable } from "#lib/gateway/routing/table";
import type { Log } from "#lib/platform/log";
import { type CompilingNode, compileStored } from "./compile-stored.ts";
import type { StoredConfiguration } from "./configuration.disk.ts";

export type LiveConfiguration = ConfigurationPort & {
  /** False until a first version has been compiled; `current` refuses with `not_ready` until then. */
  readonly isReady: () => boolean;
  /** Tells of each new table after the swap; gives back what stops it. */
  readonly onChange: (listener: (table: RoutingTable) => void) => () => void;
};

export type RoutingSwap = {
  readonly live: LiveConfiguration;
  readonly version: () => number | undefined;
  /** Compiles a version and puts it in place of the current one. Gives false, and keeps the current one, when it does not compile here. */
  readonly offer: (stored: StoredConfiguration) => boolean;
};

/** Holds the one reference to the table in use. Requests that already read it go on with the version they began with. */
export function createRoutingSwap(node: CompilingNode, log: Log): RoutingSwap {
  let table: RoutingTable | undefined;
  let refused: number | undefined;
  const listeners = new Set<(table: RoutingTable) => void>();

  const offer = (stored: StoredConfiguration) => {
    const compiled = compiledOrRefused(stored, node, (cause) => {
      // It is tried again when something is announced, and told once.
      if (refused === stored.number) return;
      refused = stored.number;
      log.error("a configuration version does not compile here and is not used", { version: stored.number, cause });
    });
    if (!compiled) return false;
    refused = undefined;
    table = compiled.table;
    for (const issue of compiled.unusable)
      log.warn("a part of the configuration cannot be used", { issue: formatIssue(issue) });
    log.info("configuration in use", { version: table.version, models: table.models.length });
    for (const listener of listeners) told(listener, table, log);
    return true;
  };

  return {
    live: {
      current: () => table ?? notReady(),
      isReady: () => table !== undefined,
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    version: () => table?.version,
    offer,
  };
}

function compiledOrRefused(stored: StoredConfiguration, node: CompilingNode, onRefused: (cause: unknown) => void) {
  try {
    return compileStored(stored, node);
  } catch (cause) {
    onRefused(cause);
    return undefined;
  }
}

function told(listener: (table: RoutingTable) => void, table: RoutingTable, log: Log): void {
  try {
    listener(table);
  } catch (cause) {
    log.error("a listener to the configuration failed", { cause });
  }
}

function notReady(): never {
  throw new AppError("not_ready", "The configuration is not loaded yet.", { retryAfterS: 2 });
}
