import { join } from "node:path";
import GATEWAY_FLAGS from "../gateway-flags.json" with { type: "json" };
import { findFreePort } from "./free-port.ts";
import type { ProcessSpec } from "./keep-alive.ts";
import type { Settings } from "./settings.ts";
import type { Environment, RoleName, Surroundings, UpOptions } from "./types.ts";

export type Role = { readonly name: RoleName; readonly spec: ProcessSpec; readonly readyUrl: string };
export type Addresses = { readonly url: string; readonly workerPort: number; readonly portalPort: number };

type Ports = { readonly own: number; readonly dataDir: string; readonly dev: boolean };
type Commands = Readonly<Record<RoleName, (ports: Ports) => readonly string[]>>;

const COMMANDS: Commands = {
  worker: ({ dev }) => [...watching(dev), "worker.ts"],
  gateway: ({ own, dataDir, dev }) => [
    ...GATEWAY_FLAGS,
    ...watching(dev),
    "server.ts",
    "--port",
    String(own),
    "--data-dir",
    dataDir,
  ],
  portal: ({ own, dev }) => [
    join("node_modules", "next", "dist", "bin", "next"),
    dev ? "dev" : "start",
    "-H",
    "127.0.0.1",
    "-p",
    String(own),
  ],
};

const watching = (dev: boolean) => (dev ? ["--watch", "--watch-preserve-output"] : []);

/** Where everything will listen. The inner ports stay the same for the life of the supervisor. */
export async function chooseAddresses(
  options: Pick<UpOptions, "host" | "port">,
  environment: Environment,
): Promise<{ port: number } & Addresses> {
  const port = options.port === 0 ? await findFreePort() : options.port;
  const host = options.host === "0.0.0.0" || options.host === "::" ? "127.0.0.1" : options.host;
  const [workerPort, portalPort] = [await findFreePort(), await findFreePort()];
  const scheme = environment.TLS_CERT_FILE && environment.TLS_KEY_FILE ? "https" : "http";
  return { port, url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`, workerPort, portalPort };
}

/** What the roles share: the settings of the directory, where each finds the others, and nothing of npm's. */
export function roleEnvironment(environment: Environment, settings: Settings, addresses: Addresses): Environment {
  const given = Object.entries(environment).filter(([name, value]) => value && !name.startsWith("npm_"));
  return {
    ...settings,
    ...Object.fromEntries(given),
    ...innerUrls(addresses),
    PUBLIC_URL: environment.PUBLIC_URL || addresses.url,
    WORKER_PORT: String(addresses.workerPort),
    NEXT_TELEMETRY_DISABLED: "1",
    SWITCHYARD_PARENT_PID: String(process.pid),
  };
}

/** Where the gateway finds the other two; further gateways on the directory read it from its settings. */
export const innerUrls = (addresses: Addresses) => ({
  PUBLIC_URL: addresses.url,
  WORKER_URL: `http://127.0.0.1:${addresses.workerPort}`,
  PORTAL_URL: `http://127.0.0.1:${addresses.portalPort}`,
});

/** The roles in the order in which they start. */
export function describeRoles(
  options: UpOptions,
  around: Pick<Surroundings, "root">,
  how: { addresses: { port: number } & Addresses; environment: Environment },
): readonly Role[] {
  const { addresses } = how;
  const describe = (name: RoleName, port: number, readyPath: string): Role => {
    const args = COMMANDS[name]({ own: port, dataDir: options.dataDir, dev: options.dev });
    const [host, url] = name === "gateway" ? [options.host, addresses.url] : ["127.0.0.1", `http://127.0.0.1:${port}`];
    const environment = { ...how.environment, DATA_DIR: options.dataDir, HOST: host };
    return {
      name,
      readyUrl: `${url}${readyPath}`,
      spec: {
        name,
        command: () => watched(around.root, args),
        environment,
        cwd: around.root,
        logFile: join(options.dataDir, "logs", `${name}.log`),
      },
    };
  };
  const roles = [
    describe("worker", addresses.workerPort, "/readyz"),
    describe("gateway", addresses.port, "/readyz"),
    describe("portal", addresses.portalPort, "/api/health"),
  ];
  return roles.filter((role) => options.portal || role.name !== "portal");
}

/** A Node program that ends itself when we are gone. */
export const watched = (root: string, args: readonly string[]) => [
  process.execPath,
  "--import",
  join(root, "scripts", "watch-parent.mjs"),
  ...args,
];
