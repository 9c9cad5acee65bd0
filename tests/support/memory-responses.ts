import type { ResponsesPort, ResponseToStore, Tenant } from "#lib/gateway/ports";

export type MemoryResponses = ResponsesPort & { readonly kept: Map<string, ResponseToStore> };

/** Stored responses in memory. `capacity` 0 takes none, as a queue that is full. */
export function createMemoryResponses(capacity = Number.POSITIVE_INFINITY): MemoryResponses {
  const kept = new Map<string, ResponseToStore>();
  const keyOf = ({ orgId, projectId, isTest }: Tenant, id: string) => JSON.stringify([orgId, projectId, isTest, id]);
  return {
    kept,
    store(response) {
      if (kept.size >= capacity) return false;
      kept.set(keyOf(response.tenant, response.responseId), response);
      return true;
    },
    find: async (tenant, id) => kept.get(keyOf(tenant, id)),
    findByItems: async (tenant, ids) =>
      [...kept.values()]
        .filter((one) => keyOf(one.tenant, "") === keyOf(tenant, "") && one.outputIds.some((id) => ids.includes(id)))
        .map(({ response }) => response),
    remove: async (tenant, id) => kept.delete(keyOf(tenant, id)),
  };
}
