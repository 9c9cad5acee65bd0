import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { environmentWithoutSettings } from "#lib/platform/config";

const POLL_MS = 100;
const UP = fileURLToPath(new URL("../up.mjs", import.meta.url));

const Started = z.object({ url: z.string(), keys: z.object({ live: z.string(), admin: z.string() }) });
export type Switchyard = z.infer<typeof Started> & { readonly stop: () => Promise<void> };

/** Runs `up` without the portal and resolves when it is ready. Throws what `up` said when it is not going to be. */
export async function startSwitchyard(folder: string, configFile: string, signal: AbortSignal): Promise<Switchyard> {
  const jsonFile = join(folder, "up.json");
  const flags = ["--no-portal", "--port", "0", "--data-dir", join(folder, "data"), "--config", configFile];
  const child = spawn(process.execPath, [UP, ...flags, "--json", jsonFile], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...environmentWithoutSettings(), NODE_ENV: "production" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  while (!existsSync(jsonFile)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Switchyard did not start.\n${said}`);
    await sleep(POLL_MS, undefined, { signal }).catch(async (cause: unknown) => {
      await stop();
      throw cause;
    });
  }
  return { ...Started.parse(JSON.parse(readFileSync(jsonFile, "utf8"))), stop };
}
