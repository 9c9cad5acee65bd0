import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { checkNodeReachable } from "./node-runtime.mjs";

/**
 * Everything that can be known to fail before anything is installed or started. Throws an Error that says what to do.
 * @param {import("./flags.mjs").UpOptions} options
 */
export async function checkBeforeStart(options) {
  checkNodeReachable();
  if (options.configFile !== undefined) checkReadable(options.configFile);
  checkWritable(options.dataDir, "Choose another folder with --data-dir, or change its permissions.");
  if (options.jsonFile !== undefined) checkFile(options.jsonFile);
  // Where a run was before, its processes may still be draining on the port: the supervisor waits for them and looks.
  if (!existsSync(join(options.dataDir, "up.lock"))) await checkPortFree(options);
}

/** @param {string} file */
function checkFile(file) {
  if (existsSync(file) && statSync(file).isDirectory())
    throw new Error(`${file} is a folder. Name a file with --json.`);
  checkWritable(dirname(file), "Choose another file with --json.");
}

/** @param {string} file */
function checkReadable(file) {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new Error(
      `The configuration file ${file} cannot be read (${codeOf(error)}). Give an existing file with --config.`,
    );
  }
}

/**
 * @param {string} folder
 * @param {string} advice
 */
function checkWritable(folder, advice) {
  const probe = join(folder, `.writable-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be written (${codeOf(error)}). ${advice}`);
  }
}

/** @param {{ host: string, port: number }} where */
export async function checkPortFree({ host, port }) {
  const server = createServer();
  /** @type {unknown} */
  const failure = await new Promise((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (failure === undefined) return;
  const code = codeOf(failure);
  if (code === "EADDRINUSE") {
    throw new Error(
      `Port ${port} is already in use on ${host}. Stop what listens there, or choose another: npm run up -- --port ${port + 1}`,
    );
  }
  if (code === "EACCES")
    throw new Error(`Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`);
  throw new Error(`Nothing can listen on ${host}:${port} (${code}). Change HOST or --port.`);
}

/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && "code" in error ? String(error.code) : String(error));
