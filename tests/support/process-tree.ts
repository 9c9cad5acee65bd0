import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The processes that this one has started and that still run. */
export function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

export const isRunning = (pid: number): boolean => /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));

/** The callers' ports of the connections to `port` that this process has accepted. */
export function callersAt(pid: number, port: number): Set<number> {
  const inodes = new Set(socketsOf(pid));
  const callers = read("/proc/net/tcp")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => portOf(fields[1]) === port && inodes.has(fields[9] ?? ""));
  return new Set(callers.map((fields) => portOf(fields[2])));
}

/** An address of proc(5) is written in hexadecimal: `0100007F:1F90`. */
const portOf = (address = "") => Number.parseInt(address.split(":")[1] ?? "0", 16);

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
