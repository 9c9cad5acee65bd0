import { readFileSync } from "node:fs";
import { runCommand } from "./run-command.ts";

type Trace = { readonly pattern: RegExp; readonly says: string };

// Written in pieces, so that this file does not find itself.
const folder = (name: string) => new RegExp(`(^|[\\s"'\`(=:])/${name}/[\\w.]`, "m");
const TRACES: readonly Trace[] = [
  ...["work", "root", "tmp", "home", "Users"].map((name) => ({ pattern: folder(name), says: "a path of one machine" })),
  { pattern: /registry\.(?:npm[a-z]+|yarnpkg|[a-z-]+\.(?:com|org|io|dev))/i, says: "a registry host" },
  { pattern: /_auth(?:Token)?\s*=/, says: "a registry credential" },
  { pattern: /^\s*"resolved":/m, says: "a resolved address in the lock file" },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, says: "a private key" },
];

const configured = await configuredRegistry();
const traces = configured === null ? TRACES : [...TRACES, configured];
const files = (await runCommand("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])).stdout
  .split("\0")
  .filter((file) => file !== "");
const problems = files.flatMap(tracesIn);
process.stdout.write([`${files.length} files read`, ...problems, ""].join("\n"));
process.exitCode = problems.length > 0 || files.length === 0 ? 1 : 0;

function tracesIn(file: string): string[] {
  const text = textOf(file);
  return traces.flatMap(({ pattern, says }) => {
    const at = text.search(pattern);
    return at < 0 ? [] : [`${file}:${text.slice(0, at + 1).split("\n").length}: ${says}`];
  });
}

/** Empty for a file that was deleted but not yet committed, and for one that is not text. */
function textOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    return bytes.includes(0) ? "" : bytes.toString("utf8");
  } catch {
    return "";
  }
}

/** The host this machine installs from, whatever it is called. */
async function configuredRegistry(): Promise<Trace | null> {
  const { stdout } = await runCommand("npm", ["config", "get", "registry"]);
  const host = URL.canParse(stdout.trim()) ? new URL(stdout.trim()).host : "";
  return host === ""
    ? null
    : { pattern: new RegExp(host.replaceAll(".", "\\.")), says: "the configured registry host" };
}
