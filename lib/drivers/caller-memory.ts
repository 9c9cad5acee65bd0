import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { AppError } from "#lib/base/errors";
import type { Caller, ClockPort } from "#lib/gateway/ports";

const KNOWN_MAX = 50_000;
const UNKNOWN_MAX = 10_000;
/** A change is told by NOTIFY. Were that lost: a credential in use is read anew behind its requests after this long, */
const FRESH_MS = 3_000;
/** one not used for longer is read before it is served, */
const TRUSTED_MS = 4_500;
/** and with the database away, one already seen is served this long. */
const STALE_MS = 60_000;
const REREAD_WAIT_MS = 500;
const UNKNOWN_MS = 3_000;
const LOADING_MAX = 100;

/** A credential as read. `names` are the ids of what it stands on: when one of them changes, it is read anew. */
export type Found = {
  readonly caller: Caller;
  /** By database time. */
  readonly expiresAtMs: number;
  readonly names: readonly string[];
};

export type CallerMemory = {
  /** `onReading` is called before what is not remembered is asked for; what it throws is thrown. */
  readonly find: (presented: string, onReading?: () => void) => Caller | null | Promise<Caller | null>;
  /** Forgets what stands on the thing of that id; the next request reads it anew. An empty id forgets all. */
  readonly forget: (name: string) => void;
};

type Options = {
  readonly clock: ClockPort;
  /** Asks the database. Gives null at once for what is refused without asking. */
  readonly read: (presented: string) => Promise<Found | undefined> | null;
};

type Known = Found & { readonly readAtMs: number };

type Memory = {
  readonly known: LRUCache<string, Known>;
  readonly unknown: LRUCache<string, true>;
  readonly loading: Map<string, Promise<Caller | null>>;
  running: number;
  /** Grows with each forgetting: what was being read meanwhile may be from before. */
  era: number;
};

/** Callers behind a memory of those seen, by the SHA-256 of the whole credential. Several who ask for one share its reading. */
export function createCallerMemory(options: Options): CallerMemory {
  const memory: Memory = {
    known: new LRUCache({ max: KNOWN_MAX }),
    unknown: new LRUCache({ max: UNKNOWN_MAX, ttl: UNKNOWN_MS }),
    loading: new Map(),
    running: 0,
    era: 0,
  };
  return {
    find(presented, onReading) {
      const digest = hash("sha256", presented, "base64");
      const seen = memory.known.get(digest);
      if (seen === undefined || options.clock.now() >= seen.expiresAtMs) {
        if (memory.unknown.has(digest)) return null;
        onReading?.();
        return load(presented, digest, { memory, options })?.catch((cause) => Promise.reject(busy(cause))) ?? null;
      }
      const ageMs = options.clock.monotonic() - seen.readAtMs;
      if (ageMs <= FRESH_MS) return seen.caller;
      return refresh(seen.caller, load(presented, digest, { memory, options }), ageMs);
    },
    forget: (name) => forget(memory, name),
  };
}

function forget(memory: Memory, name: string): void {
  memory.era += 1;
  memory.unknown.clear();
  memory.loading.clear();
  if (name === "") return memory.known.clear();
  for (const [digest, { names }] of memory.known.entries()) if (names.includes(name)) memory.known.delete(digest);
}

type Means = { readonly memory: Memory; readonly options: Options };

/** Reads a credential; callers who ask for the same one meanwhile share the reading. */
function load(presented: string, digest: string, { memory, options }: Means): Promise<Caller | null> | null {
  const running = memory.loading.get(digest);
  if (running !== undefined) return running;
  if (memory.running >= LOADING_MAX) return Promise.reject(busy());
  const reading = options.read(presented);
  if (reading === null) {
    memory.known.delete(digest);
    return null;
  }
  memory.running += 1;
  // Its age counts from the asking: what is read may be as old as that.
  const readAtMs = options.clock.monotonic();
  const { era } = memory;
  const started = reading
    .then((found) => {
      if (found === undefined) memory.known.delete(digest);
      if (era === memory.era) remember(memory, digest, found && { ...found, readAtMs });
      return found?.caller ?? null;
    })
    .finally(() => {
      memory.running -= 1;
      if (memory.loading.get(digest) === started) memory.loading.delete(digest);
    });
  memory.loading.set(digest, started);
  return started;
}

function remember(memory: Memory, digest: string, found: Known | undefined): void {
  if (found) memory.known.set(digest, found);
  else memory.unknown.set(digest, true);
}

/** Decides what a caller read a while ago is worth while the credential is being read anew. */
function refresh(caller: Caller, reading: Promise<Caller | null> | null, ageMs: number) {
  if (reading === null) return null;
  if (ageMs > STALE_MS) return reading.catch((cause) => Promise.reject(busy(cause)));
  const orSeen = reading.catch(() => caller);
  return ageMs <= TRUSTED_MS ? caller : Promise.race([orSeen, sleep(REREAD_WAIT_MS, caller)]);
}

const busy = (cause?: unknown) =>
  new AppError("not_ready", "Your API key cannot be checked at the moment.", { retryAfterS: 5, cause });
