import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askStreamed } from "./ask-streamed.ts";
import { writeConfiguration } from "./configuration.ts";
import { print } from "./print.ts";
import { startSwitchyard } from "./start-switchyard.ts";
import { startUpstream } from "./start-upstream.ts";
import { readUsage } from "./usage-row.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort(new Error("Stopped.")));

const scratch = mkdtempSync(join(tmpdir(), "switchyard-demo-"));
// PostgreSQL may run as another user, who has to get through to its own folder inside.
chmodSync(scratch, 0o711);
try {
  await demonstrate();
  print("\nEverything was seen: two streams, two usage rows, both with their cost.");
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function demonstrate() {
  const upstream = await startUpstream();
  print(`A small OpenAI-shaped upstream listens on ${upstream.url}`);
  print("Starting Switchyard on a scratch directory ...");
  const switchyard = await startSwitchyard(scratch, writeConfiguration(scratch, upstream.url), stop.signal);
  try {
    print(`Switchyard answers on ${switchyard.url}`);
    for (const model of ["sandbox-chat", "local-chat"]) {
      print(`\nStreaming from ${model}:`);
      const reply = await askStreamed({ switchyard, model, signal: stop.signal });
      await readUsage({ switchyard, reply, signal: stop.signal });
    }
    if (upstream.answered() !== 1) throw new Error("The local upstream was not asked exactly once.");
  } finally {
    await switchyard.stop();
    upstream.close();
  }
}
