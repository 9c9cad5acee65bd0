import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./install.mjs";
import { findNode } from "./up/node-runtime.mjs";
import { runUnderNode } from "./up/run-under-node.mjs";
import { listenForStop } from "./up/stop-signals.mjs";

// Runs on any Node from 20.19 with nothing installed: it may import node:* and files beside it, nothing else.
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const stop = listenForStop();
try {
  await ensureInstalled({ signal: stop.signal });
  const args = ["--import", here("watch-parent.mjs"), here("demo/run.ts")];
  const end = await runUnderNode({ node: findNode(), args, stop });
  process.exitCode = end.code ?? 1;
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  stop.close();
}
