import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { GatewayDeps } from "#lib/gateway/ports";
import { openFrontDoor } from "#lib/mounts/front-door";
import type { Overload } from "#lib/mounts/overload";
import { loadConfig } from "#lib/platform/config";
import { benchOf, modelOf } from "./gateway.ts";

const SECRETS = {
  DATABASE_URL: "postgres://127.0.0.1:1/none",
  AUTH_SECRET: "x".repeat(32),
  KEY_PEPPER: "x".repeat(32),
  SECRETS_KEY: Buffer.alloc(32).toString("base64"),
  METRICS_TOKEN: "metrics-token-of-tests",
};

type Options = {
  readonly settings?: Readonly<Record<string, string>>;
  readonly deps?: Partial<GatewayDeps>;
  readonly overload?: Overload;
};

/** A front door on loopback before the core with everything in memory. */
export async function openTestDoor({ settings = {}, deps, overload }: Options = {}) {
  const config = loadConfig({}, { ...SECRETS, DATA_DIR: "/nonexistent", ...settings });
  const bench = benchOf([modelOf()], deps);
  const counted: (() => string)[] = [];
  const logged: object[] = [];
  const note = (message: string, fields?: object) => void logged.push({ message, ...fields });
  const door = openFrontDoor(
    {
      config,
      deps: bench.deps,
      metrics: {
        started: () => undefined,
        finished: () => undefined,
        render: async () => counted.map((render) => render()).join(""),
        add: (render) => void counted.push(render),
        inFlight: () => 0,
        close: () => undefined,
      },
      log: { error: note, warn: note, info: note },
      problems: () => [],
      close: async () => undefined,
    },
    overload,
  );
  await new Promise<void>((resolve) => door.server.listen(0, "127.0.0.1", resolve));
  const { port } = door.server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, bench, door, logged, close: () => door.drain(0) };
}

/** The same for one test: closed when that is over. */
export async function openDoor(options: Options = {}) {
  const door = await openTestDoor(options);
  onTestFinished(door.close);
  return door;
}

/** A whole request for a chat completion as it goes over the wire. */
export function chatBytes({ key = "good-key", body = {}, headers = "" } = {}): string {
  const json = JSON.stringify({ model: "model", messages: [{ role: "user", content: "hi" }], ...body });
  return (
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n${headers}` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  );
}
