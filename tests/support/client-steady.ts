import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { findFreePort } from "#scripts/postgres/scratch";
import type { Fields } from "./client-upstream.ts";

const STEADY = fileURLToPath(import.meta.resolve("@stdy/cli/steady.js"));

export type Steady = Awaited<ReturnType<typeof startSteady>>;

/** Steady with a specification of an API: it answers 400 to what the specification does not take, and says why. */
export async function startSteady(specification: string) {
  const port = await findFreePort();
  const child = spawn(process.execPath, [STEADY, "--port", String(port), "--host", "127.0.0.1", specification], {
    // It says other things where it takes itself to be in CI.
    env: { ...process.env, CI: "", GITHUB_ACTIONS: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await whenReady(child);
  return {
    /** What is wrong with a request; nothing where it would be taken. */
    async faultsOf(path: string, body: Fields): Promise<string | undefined> {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      return answer.status === 200 ? undefined : text;
    },
    async stop() {
      const ending = once(child, "exit");
      child.kill();
      await ending;
    },
  };
}

function whenReady({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout?.on("data", (bytes: Buffer) => {
      if (bytes.includes("Ready to accept requests")) resolve();
    });
    stdout?.once("end", () => reject(new Error("steady ended before it was ready")));
  });
}
