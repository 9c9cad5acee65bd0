import { LRUCache } from "lru-cache";
import { AppError } from "#lib/base/errors";

const WINDOW_MS = 60_000;
const TOKENS_PER_WINDOW = 30;
const USERS_MAX = 20_000;

/** Counts one token for a user; refuses with `rate_limited` when too many were asked for. */
export type IssueThrottle = { readonly take: (userId: string) => void };

/** Counts in fixed windows in this process's memory: a token lives ten minutes, so nobody needs many. */
export function createIssueThrottle(nowMs: () => number = () => performance.now()): IssueThrottle {
  const windows = new LRUCache<string, { readonly endsAtMs: number; count: number }>({ max: USERS_MAX });
  return {
    take(userId) {
      const now = nowMs();
      let window = windows.get(userId);
      if (window === undefined || window.endsAtMs <= now) {
        window = { endsAtMs: now + WINDOW_MS, count: 0 };
        windows.set(userId, window);
      }
      window.count += 1;
      if (window.count <= TOKENS_PER_WINDOW) return;
      throw new AppError("rate_limited", "Too many access tokens. Use the one you have, or wait a little.", {
        retryAfterS: Math.ceil((window.endsAtMs - now) / 1_000),
      });
    },
  };
}
