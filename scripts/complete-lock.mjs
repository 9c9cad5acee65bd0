import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// npm leaves optional packages of other platforms out of the lock file when the registry does not offer them where it
// ran, and then `npm ci` refuses that lock file. This names them, so that it installs everywhere. Run it after npm has
// written package-lock.json.
const SYSTEMS = ["android", "darwin", "linux", "win32", "freebsd", "openharmony", "netbsd", "openbsd", "sunos", "aix"];
const PROCESSORS = ["arm64", "x64", "arm", "ppc64", "s390x", "ia32", "riscv64", "wasm32", "loong64", "mips64el"];

const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(file, "utf8"));
const packages = lock.packages;
let added = 0;
// What nothing depends on is never installed, and its absence would look like an unfinished installation.
for (const [path, entry] of Object.entries(packages)) if (entry.extraneous) delete packages[path];
for (const [path, entry] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isResolved(path, name)) continue;
    packages[`node_modules/${name}`] = entryOf(name, version, entry.dev === true);
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([left], [right]) => (left < right ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms named in package-lock.json\n`);

/** @param {string} path @param {string} name */
function isResolved(path, name) {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    if (packages[`${base === "" ? "" : `${base}/`}node_modules/${name}`]) return true;
    if (base === "") return false;
  }
}

/** @param {string} name @param {string} version @param {boolean} isDev */
function entryOf(name, version, isDev) {
  const parts = name.split(/[/-]/);
  const os = parts.find((part) => SYSTEMS.includes(part));
  const cpu = parts.find((part) => PROCESSORS.includes(part));
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(isDev ? { dev: true } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  };
}
