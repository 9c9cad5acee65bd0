import { spawn } from "node:child_process";

type Outcome = { readonly code: number; readonly output: string; readonly stdout: string };

/** Runs a program to its end. Gives its exit code (1 for a signal), stdout alone, and stdout and stderr as they came. */
export function runCommand(command: string, args: readonly string[], cwd = process.cwd()): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const both: Buffer[] = [];
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      both.push(chunk);
      out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => both.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(both).toString(), stdout: Buffer.concat(out).toString() }),
    );
  });
}
