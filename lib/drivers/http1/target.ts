import { LRUCache } from "lru-cache";
import { bareHost } from "../address-guard.ts";

/** Where a request goes. */
export type Target = {
  readonly origin: string;
  /** As the host header says it. */
  readonly host: string;
  /** As a socket wants it. */
  readonly hostname: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly path: string;
  /** Where connections to it wait: those that refuse private addresses apart from the others. */
  readonly guardedPlace: string;
  readonly openPlace: string;
};

const TARGETS_MAX = 1_000;

/** Reads addresses once: a configuration has few, and every call names one of them. */
export function createTargets(): (url: string) => Target {
  const known = new LRUCache<string, Target>({ max: TARGETS_MAX });
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const target = targetOf(new URL(text));
    known.set(text, target);
    return target;
  };
}

function targetOf({ protocol, origin, host, hostname, port, pathname, search }: URL): Target {
  if (protocol !== "https:" && protocol !== "http:") throw new Error(`an upstream is not reached by ${protocol}`);
  const isTls = protocol === "https:";
  const usual = isTls ? 443 : 80;
  return {
    origin,
    host,
    hostname: bareHost(hostname),
    port: port === "" ? usual : Number(port),
    isTls,
    path: pathname + search,
    guardedPlace: `guarded ${origin}`,
    openPlace: `open ${origin}`,
  };
}
