import { LRUCache } from "lru-cache";
import { AppError } from "#lib/base/errors";

type Rule = { readonly limit: number; readonly windowMs: number };

const MINUTE_MS = 60_000;

/** How often a door may be tried: per account it is guarded against, per address it is tried from, and in all. */
const RULES = {
  "sign-in/account": { limit: 10, windowMs: 15 * MINUTE_MS },
  "sign-in/ip": { limit: 60, windowMs: 15 * MINUTE_MS },
  "sign-in/all": { limit: 240, windowMs: MINUTE_MS },
  "mail/account": { limit: 5, windowMs: 15 * MINUTE_MS },
  "mail/ip": { limit: 30, windowMs: 15 * MINUTE_MS },
  "mail/all": { limit: 120, windowMs: MINUTE_MS },
  "link/ip": { limit: 60, windowMs: 15 * MINUTE_MS },
} as const satisfies Record<string, Rule>;

export type ThrottleRule = keyof typeof RULES;

export type Throttle = {
  /** Counts one try for each of the rules; refuses with `rate_limited` when one of them is used up. */
  readonly take: (...tries: readonly (readonly [ThrottleRule, string])[]) => void;
  readonly clear: (rule: ThrottleRule, subject: string) => void;
};

const ENTRIES_MAX = 20_000;

type Window = { count: number; readonly endsAtMs: number };

/** Counts tries in fixed windows in this process's memory; the least recently tried subjects are forgotten first. */
export function createThrottle(nowMs: () => number = () => performance.now()): Throttle {
  const windows = new LRUCache<string, Window>({ max: ENTRIES_MAX });

  function windowOf(rule: ThrottleRule, subject: string): Window {
    const name = `${rule} ${subject}`;
    const open = windows.get(name);
    if (open && open.endsAtMs > nowMs()) return open;
    const fresh = { count: 0, endsAtMs: nowMs() + RULES[rule].windowMs };
    windows.set(name, fresh);
    return fresh;
  }

  return {
    take: (...tries) => {
      for (const [rule, subject] of tries) {
        const window = windowOf(rule, subject);
        window.count += 1;
        if (window.count > RULES[rule].limit) throw tooMany(rule, window.endsAtMs - nowMs());
      }
    },
    clear: (rule, subject) => {
      windows.delete(`${rule} ${subject}`);
    },
  };
}

const tooMany = (rule: ThrottleRule, leftMs: number) =>
  new AppError("rate_limited", "Too many tries. Wait a little and try again.", {
    detail: rule,
    retryAfterS: Math.max(1, Math.ceil(leftMs / 1_000)),
  });
