import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

const shape = z.object({ pid: z.int(), startTicks: z.string(), world: z.string(), host: z.string() });

/** Which process owns a journal folder; `world` names the machine boot and process namespace the pid means something in. */
export type Owner = z.infer<typeof shape>;

const OWNER_FILE = "owner.json";

/** Makes a folder and marks it as this process's. Throws the system's error; half a mark is not left behind. */
export function claimFolder(folder: string): void {
  if (isOwn(folder)) return;
  const file = join(folder, OWNER_FILE);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, JSON.stringify(thisProcess()), { mode: 0o600 });
  } catch (error) {
    rmSync(file, { force: true });
    if (readdirSync(folder).length === 0) rmdirSync(folder);
    throw error;
  }
}

/** Whether a folder is there and marked as this process's. One that cannot be looked at just now is taken to be. */
export function isOwn(folder: string): boolean {
  try {
    return isDeepStrictEqual(readMark(folder), thisProcess());
  } catch (error) {
    return error instanceof Error && "code" in error && error.code !== "ENOENT";
  }
}

const thisProcess = (): Owner => ({
  pid: process.pid,
  startTicks: startTicksOf(process.pid) ?? "",
  world: thisWorld(),
  host: hostname(),
});

/** Reads who owns a folder; nothing when the mark is missing or damaged. */
export function ownerOf(folder: string): Owner | undefined {
  try {
    return readMark(folder);
  } catch {
    return undefined;
  }
}

const readMark = (folder: string): Owner => shape.parse(JSON.parse(readFileSync(join(folder, OWNER_FILE), "utf8")));

/** `dead` and `alive` are certain; `unknown` means another machine or namespace, where only the database can tell. */
export function vitalityOf(owner: Owner): "alive" | "dead" | "unknown" {
  if (owner.world !== thisWorld()) return "unknown";
  const ticks = startTicksOf(owner.pid);
  return ticks !== undefined && ticks === owner.startTicks ? "alive" : "dead";
}

function thisWorld(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** Start time of a process in clock ticks (proc(5), field 22), so that a reused pid is not mistaken; its existence alone where there is no /proc. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds its pid but runs no more.
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    if (process.platform === "linux") return undefined;
    return existsElsewhere(pid, error);
  }
}

function existsElsewhere(pid: number, _error: unknown): string | undefined {
  try {
    process.kill(pid, 0);
    return "";
  } catch {
    return undefined;
  }
}
