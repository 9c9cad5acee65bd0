import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { runUp, scratchFolder, until } from "#tests/up/running-up";
import type { PortalFacts } from "./portal-under-test.ts";

declare module "vitest" {
  interface ProvidedContext {
    portal: PortalFacts;
  }
}

const UNUSUAL = /starting it again|role not reached|"level":"error"/;

/** The whole product as `up` runs it, once for all files: portal, gateway, worker and PostgreSQL behind one address. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = scratchFolder();
  // The tests come from addresses of their own, as through a proxy: what is limited for each address is so for each file.
  const up = runUp(scratch.folder, [], { TRUSTED_PROXIES: "127.0.0.1" });
  const stop = async () => {
    up.child.kill("SIGTERM");
    await up.ended;
    // A role that died or complained under the tests, beside the pages that a failure shows.
    const logs = globSync(join(up.dataDir, "logs", "*.log")).map((file) => readFileSync(file, "utf8"));
    const complaints = [up.output(), ...logs]
      .join("\n")
      .split("\n")
      .filter((line) => UNUSUAL.test(line));
    if (complaints.length > 0) process.stdout.write(`Complaints under the tests:\n${complaints.join("\n")}\n`);
    scratch.remove();
  };
  try {
    // A build may take longer than a start.
    await up.ready().catch(() => up.ready());
    const { url, keys, databaseUrl } = up.started();
    await until("the portal answers", async () => (await fetch(`${url}/api/health`)).ok);
    project.provide("portal", { url, databaseUrl, adminKey: keys.admin, dataDir: up.dataDir });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
