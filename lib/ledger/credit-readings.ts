/** Reads balances, several organisations' in one query. */
export type Readings = {
  /** Resolves when a reading that began after this call has come, or failed. */
  readonly read: (orgId: string) => Promise<void>;
};

/** Of a pool that others use as well. */
const QUERIES_MAX = 2;

type Batch = { readonly orgIds: Set<string>; readonly done: PromiseWithResolvers<void> };

/**
 * Gathers what is to be read while two queries are under way: many organisations that are credited or come back at once cost
 * as many rows of a query, and not as many queries.
 */
export function createReadings(refresh: (orgIds: readonly string[]) => Promise<void>): Readings {
  let waiting: Batch | undefined;
  let queries = 0;

  const depart = () => {
    if (waiting === undefined || queries >= QUERIES_MAX) return;
    const { orgIds, done } = waiting;
    waiting = undefined;
    queries++;
    void refresh([...orgIds])
      .catch(() => undefined)
      .finally(() => {
        queries--;
        done.resolve();
        depart();
      });
  };
  return {
    read(orgId) {
      waiting ??= { orgIds: new Set(), done: Promise.withResolvers() };
      waiting.orgIds.add(orgId);
      const { promise } = waiting.done;
      depart();
      return promise;
    },
  };
}
