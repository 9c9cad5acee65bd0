import { readdirSync, readFileSync } from "node:fs";

// USER_HZ: the unit of /proc/<pid>/stat, 100 on every Linux.
const TICKS_PER_SECOND = 100;

type Process = { readonly pid: number; readonly parent: number; readonly ticks: number };

/** CPU seconds of a process and all its descendants, all threads, user and system, ended children included. */
export function cpuSecondsOf(pid: number): number {
  return treeOf(pid).reduce((sum, process) => sum + process.ticks, 0) / TICKS_PER_SECOND;
}

/** How long all processors of the machine together have worked, and have not, in seconds since it started. */
export function machineSeconds(): { readonly busy: number; readonly idle: number } {
  // proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user.
  const fields = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.split(/\s+/).slice(1, 9).map(Number) ?? [];
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
  const all = fields.reduce((sum, ticks) => sum + ticks, 0);
  return { busy: (all - idle) / TICKS_PER_SECOND, idle: idle / TICKS_PER_SECOND };
}

/** Memory of a process and all its descendants in bytes; pages shared with others count in proportion (PSS). */
export function memoryBytesOf(pid: number): number {
  return treeOf(pid).reduce((sum, process) => sum + pssOf(process.pid), 0);
}

function treeOf(root: number): Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const members = new Set([root]);
  for (let grew = true; grew; ) {
    const before = members.size;
    for (const process of all) if (members.has(process.parent)) members.add(process.pid);
    grew = members.size > before;
  }
  const tree = all.filter((process) => members.has(process.pid));
  if (!tree.some((process) => process.pid === root)) throw new Error(`Process ${root} is gone`);
  return tree;
}

function readProcess(pid: string): Process[] {
  const stat = readProc(pid, "stat");
  // The name in parentheses may hold anything; the fields after it are proc(5)'s from the third on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (stat === "") return [];
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return [{ pid: Number(pid), parent: Number(fields[1]), ticks }];
}

function pssOf(pid: number): number {
  const match = /^Pss:\s+(\d+) kB$/m.exec(readProc(String(pid), "smaps_rollup"));
  return match ? Number(match[1]) * 1_024 : 0;
}

// A process may end between the listing and the reading.
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
