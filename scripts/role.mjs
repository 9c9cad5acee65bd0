import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureInstalled } from "./install.mjs";
import { findNode, ROOT } from "./up/node-runtime.mjs";
import { runUnderNode } from "./up/run-under-node.mjs";
import { listenForStop } from "./up/stop-signals.mjs";

// `npm run gateway|portal|worker`: one role alone, under the Node it needs, with the settings of its data directory.
const WATCH_PARENT = fileURLToPath(new URL("watch-parent.mjs", import.meta.url));
const SIGNAL_BASE = 128;
/** What Node is told for a gateway (docs/decisions/0017). */
const GATEWAY_FLAGS = JSON.parse(readFileSync(new URL("gateway-flags.json", import.meta.url), "utf8"));

/** @type {Record<string, (flags: { port?: string, dataDir: string }) => { args: string[], environment: Record<string, string> }>} */
const ROLES = {
  gateway: ({ port, dataDir }) => ({
    args: [...GATEWAY_FLAGS, "server.ts", "--data-dir", dataDir, ...(port === undefined ? [] : ["--port", port])],
    environment: {},
  }),
  worker: ({ port, dataDir }) => ({
    args: ["worker.ts", "--data-dir", dataDir, ...(port === undefined ? [] : ["--port", port])],
    environment: {},
  }),
  portal: ({ port = "3001" }) => ({
    args: [join("node_modules", "next", "dist", "bin", "next"), "start", "-H", "127.0.0.1", "-p", port],
    environment: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  }),
};

const stop = listenForStop();
try {
  const { name, role } = readCommand(process.argv.slice(2));
  await ensureInstalled({ signal: stop.signal });
  if (name === "portal" && !existsSync(join(ROOT, ".next", "BUILD_ID"))) {
    throw new Error("The portal is not built yet. Run: npm run build");
  }
  const args = ["--import", WATCH_PARENT, ...role.args];
  const end = await runUnderNode({ node: findNode(), args, stop, environment: role.environment });
  process.exitCode = end.code ?? SIGNAL_BASE + constants.signals[end.signal ?? "SIGTERM"];
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  stop.close();
}

/** @param {string[]} argv */
function readCommand([name = "", ...rest]) {
  const usage = `Usage: npm run ${name in ROLES ? name : "gateway|portal|worker"} -- [--port N] [--data-dir DIR]`;
  const build = ROLES[name];
  if (build === undefined) throw new Error(usage);
  try {
    const { values } = parseArgs({ args: rest, options: { port: { type: "string" }, "data-dir": { type: "string" } } });
    const dataDir = resolve(values["data-dir"] ?? (process.env.DATA_DIR || ".data"));
    const role = build({ port: values.port, dataDir });
    return { name, role: { ...role, environment: { ...role.environment, DATA_DIR: dataDir } } };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
