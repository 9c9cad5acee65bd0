import type { TestProject } from "vitest/node";
import { runUp, scratchFolder, until } from "#tests/up/running-up";
import type { PortalFacts } from "./portal-under-test.ts";

declare module "vitest" {
  interface ProvidedContext {
    portal: PortalFacts;
  }
}

/** The whole product as `up` runs it, once for all files: portal, gateway, worker and PostgreSQL behind one address. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = scratchFolder();
  // The tests come from addresses of their own, as through a proxy: what is limited for each address is so for each file.
  const up = runUp(scratch.folder, [], { TRUSTED_PROXIES: "127.0.0.1" });
  const stop = async () => {
    up.child.kill("SIGTERM");
    await up.ended;
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
