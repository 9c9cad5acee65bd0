import type { ChildProcess } from "node:child_process";

/** Gathers what a program writes, to either stream; gives it so far. */
export function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let text = "";
  for (const stream of [stdout, stderr]) stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
  return () => text;
}
