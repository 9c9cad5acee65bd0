import { ensureInstalled } from "./install.mjs";
import { checkBeforeStart } from "./up/check-before-start.mjs";
import { readFlags, USAGE } from "./up/flags.mjs";
import { findNode } from "./up/node-runtime.mjs";
import { say } from "./up/progress.mjs";
import { keepSupervisor } from "./up/run-under-node.mjs";
import { listenForStop } from "./up/stop-signals.mjs";

// Runs on any Node from 20.19 with nothing installed: it may import node:* and files beside it, nothing else.
const stop = listenForStop();
try {
  const options = readFlags(process.argv.slice(2), process.env);
  if (options === "help") {
    process.stdout.write(`${USAGE}\n`);
  } else {
    await checkBeforeStart(options);
    await ensureInstalled({ say, signal: stop.signal });
    process.exitCode = await keepSupervisor({ node: findNode(), options, stop, say });
  }
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  stop.close();
}
