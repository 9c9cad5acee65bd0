import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { loadConfig, readEnvironment } from "./config.ts";

const NEEDED = {
  DATABASE_URL: "postgres://127.0.0.1:1/none",
  AUTH_SECRET: "a".repeat(32),
  KEY_PEPPER: "b".repeat(32),
  SECRETS_KEY: Buffer.alloc(32).toString("base64"),
  DATA_DIR: "/nonexistent",
};

describe("settings", () => {
  it("are all told of on their page, and no others are", () => {
    const source = readFileSync(new URL("config.ts", import.meta.url), "utf8");
    const known = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
    const page = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const told = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  it("have defaults but for the four that nobody can guess", () => {
    expect(loadConfig({}, NEEDED)).toMatchObject({ PORT: 3000, HOST: "127.0.0.1", GATEWAY_PROCESSES: 1 });
    expect(() => loadConfig({}, { DATA_DIR: "/nonexistent" })).toThrow(
      /DATABASE_URL: .*\n.*AUTH_SECRET: .*\n.*KEY_PEPPER: .*\n.*SECRETS_KEY: /,
    );
  });

  it("that are wrong are named, and their values are not", () => {
    const wrong = { ...NEEDED, AUTH_SECRET: "hunter2", PORT: "seventy" };
    expect(() => loadConfig({}, wrong)).toThrow(/AUTH_SECRET: must be at least 32 characters/);
    expect(() => loadConfig({}, wrong)).not.toThrow(/hunter2|seventy/);
  });

  it("that are damaged in the data directory are not taken for none", () => {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-settings-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(loadConfig({}, { ...NEEDED, DATA_DIR: folder }).PORT).toBe(3000);
    writeFileSync(join(folder, "runtime.json"), '{"AUTH_SECRET": "hunter2');
    expect(() => loadConfig({}, { ...NEEDED, DATA_DIR: folder })).toThrow(/runtime.json cannot be read.*put a copy/);
  });

  it("that are empty count as absent, and a certificate comes with its key", () => {
    expect(loadConfig({}, { ...NEEDED, REDIS_URL: "" }).REDIS_URL).toBeUndefined();
    expect(() => loadConfig({}, { ...NEEDED, TLS_CERT_FILE: "cert.pem" })).toThrow(/TLS_CERT_FILE: set it together/);
  });

  it("are never given to a configuration document that asks for them", () => {
    const source = readFileSync(new URL("config.ts", import.meta.url), "utf8");
    const known = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name ?? "");
    const besides = ["POSTGRES_PASSWORD", "PGPASSWORD", "PGPASSFILE", "NEXTAUTH_SECRET", "INNGEST_SIGNING_KEY"];
    for (const name of [...known, ...besides]) {
      vi.stubEnv(name, "ours");
      expect(readEnvironment(name), name).toBeUndefined();
    }
    vi.stubEnv("OPENAI_API_KEY", "given");
    expect(readEnvironment("OPENAI_API_KEY")).toBe("given");
    vi.unstubAllEnvs();
  });
});
