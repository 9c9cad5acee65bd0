import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isReachable } from "../postgres/binaries.ts";

/** Some user without rights of its own, whoever that is: only what is open to all counts. */
const ANYONE = { uid: -1, gid: -1 };

/**
 * PostgreSQL refuses to run as root, and the user it runs as then cannot enter folders like those below /root. For
 * such a data directory its files go to the fallback, which is remembered in the directory's settings.
 */
export function reachableFolder(dataDir: string, fallback: string) {
  if (process.getuid?.() !== 0 || isReachable(dataDir, ANYONE)) return dataDir;
  mkdirSync(dirname(fallback), { recursive: true, mode: 0o755 });
  mkdirSync(fallback, { recursive: true, mode: 0o711 });
  return fallback;
}
