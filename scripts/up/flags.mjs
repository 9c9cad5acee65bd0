import { resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run up -- [flags]
  --port N          port of the one address everything is served from (default 3000, 0 picks a free one)
  --data-dir DIR    where database, secrets, journals and logs live (default .data)
  --config FILE     configuration document to apply at the start
  --json FILE       writes address, keys and process ids there once everything is ready
  --no-portal       gateway, worker and Admin API only
  --dev             start the roles again when their sources change (npm run dev)`;

const FLAGS = /** @type {const} */ ({
  port: { type: "string" },
  "data-dir": { type: "string" },
  config: { type: "string" },
  json: { type: "string" },
  "no-portal": { type: "boolean" },
  dev: { type: "boolean" },
  help: { type: "boolean", short: "h" },
});

const PORT_MAX = 65_535;

/**
 * Reads the command line of `up`. Returns "help" when that was asked for; throws an Error with the usage for
 * anything it does not know.
 * @typedef {{ port: number, host: string, dataDir: string, configFile?: string, jsonFile?: string, portal: boolean, dev: boolean }} UpOptions
 * @param {string[]} argv
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {UpOptions | "help"}
 */
export function readFlags(argv, environment) {
  const flags = parse(argv);
  if (flags.help) return "help";
  return {
    port: readPort(flags.port ?? "3000"),
    host: environment.HOST || "127.0.0.1",
    dataDir: resolve(flags["data-dir"] ?? (environment.DATA_DIR || ".data")),
    configFile: flags.config === undefined ? undefined : resolve(flags.config),
    jsonFile: flags.json === undefined ? undefined : resolve(flags.json),
    portal: flags["no-portal"] !== true,
    dev: flags.dev === true,
  };
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({ args: argv, options: FLAGS, allowPositionals: false }).values;
  } catch (error) {
    throw new Error(`${firstSentence(error)}\n\n${USAGE}`);
  }
}

/** @param {string} text */
function readPort(text) {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= PORT_MAX) return port;
  throw new Error(`--port takes a number from 0 to ${PORT_MAX}, not "${text}".\n\n${USAGE}`);
}

/** @param {unknown} error */
const firstSentence = (error) => (error instanceof Error ? error.message : String(error)).split(". ")[0];
