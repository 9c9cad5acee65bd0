import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { outputOf } from "#tests/support/output-of";

/** A database of ours that nobody answers at: a demo that goes there fails instead of changing it. */
const OURS = { DATABASE_URL: "postgresql://switchyard@127.0.0.1:9/production", TLS_CERT_FILE: "/nowhere.pem" };

test("the demo shows two streams with their cost, and keeps away from the database this environment names", async () => {
  const child = spawn(process.execPath, ["scripts/demo.mjs"], { env: { ...process.env, ...OURS } });
  const said = outputOf(child);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(said()).toContain("Everything was seen: two streams, two usage rows, both with their cost.");
  expect(code).toBe(0);
}, 120_000);
