import { execFile } from "node:child_process";

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { modelOf } from "#tests/support/gateway";
import { openGatewayDoor } from "#tests/support/gateway-door";
import { numberAt, objectsAt, parseObject } from "#tests/support/pairs-json";

const run = promisify(execFile);

const PACKAGE = fileURLToPath(import.meta.resolve("compatcanary"));
const CLI = join(dirname(PACKAGE), "cli.js");

let door: Awaited<ReturnType<typeof openGatewayDoor>>;
beforeAll(async () => {
  door = await openGatewayDoor([modelOf({ id: "sandbox" })]);
});
afterAll(() => door.close());

it("CompatCanary gives the sandbox 100 of 100 in its profile of chat, tools, schemas and Responses", async () => {
  const options = ["--base-url", `${door.origin}/v1`, "--model", "sandbox", "--api-key", "good-key"];
  const { stdout } = await run(process.execPath, [CLI, "scan", ...options, "--profile", "modern", "--format", "json"]);
  const report = parseObject(stdout);
  expect(objectsAt(report.results).filter(({ status }) => status !== "pass")).toEqual([]);
  expect(objectsAt(report.results)).toHaveLength(7);
  expect(numberAt(report.score)).toBe(100);
});
