import { newId } from "#lib/base/ids";
import type { RequestRecord } from "#lib/base/request-record";

export type NoteSampler = {
  readonly note: (record: RequestRecord) => void;
  /** Writes what has been counted and not yet written, room or not. */
  readonly flush: () => void;
};

type Options = {
  readonly write: (record: RequestRecord) => void;
  readonly rowsPerSecond: number;
  /** Whether rows may be written now; until they may, all are counted. */
  readonly hasRoom: () => boolean;
  /** Milliseconds of database time: the written row belongs to the window its requests were admitted in. */
  readonly now: () => number;
};

type Group = { readonly sample: RequestRecord; requests: number; durationMs: number };

/** A flood comes from few callers in few ways; what is beyond is counted as one anonymous group. */
const GROUPS_MAX = 500;

/**
 * Keeps every request's number and, above a rate, only one row for many of a kind: a flood of refusals must not fill the
 * database. A row stands for at most the second it was counted in, or for the time in which there was no room.
 */
export function createNoteSampler({ write, rowsPerSecond, hasRoom, now }: Options): NoteSampler {
  let second = 0;
  let written = 0;
  const groups = new Map<string, Group>();

  const flush = () => {
    for (const group of groups.values()) write(rowOf(group));
    groups.clear();
  };
  const count = (record: RequestRecord) => {
    const key = `${record.orgId}|${record.keyId}|${record.endpoint}|${record.status}|${record.errorCode}`;
    const known = groups.get(key) ?? (groups.size < GROUPS_MAX ? undefined : groups.get("rest"));
    if (known) {
      known.requests++;
      known.durationMs += record.durationMs;
      return;
    }
    const isRest = groups.size >= GROUPS_MAX;
    const sample = isRest ? { ...record, orgId: null, projectId: null, memberId: null, keyId: null } : record;
    groups.set(isRest ? "rest" : key, { sample, requests: 1, durationMs: record.durationMs });
  };
  return {
    note(record) {
      const current = Math.floor(now() / 1000);
      const isRoomy = hasRoom();
      if (current !== second) {
        if (isRoomy) flush();
        second = current;
        written = 0;
      }
      if (written < rowsPerSecond && isRoomy) {
        written++;
        return write(record);
      }
      count(record);
    },
    flush,
  };
}

const rowOf = ({ sample, requests, durationMs }: Group): RequestRecord => ({
  ...sample,
  id: newId(sample.admittedAtMs),
  requests,
  durationMs: Math.round(durationMs / requests),
});
