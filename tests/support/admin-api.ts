import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { z } from "zod";
import { type KeyKind, mintKey } from "#lib/base/api-key";
import { newId } from "#lib/base/ids";
import { ADMIN_PATH } from "#lib/mounts/admin-api/table";
import { openWorker, type Worker } from "#lib/mounts/worker";
import { loadConfig } from "#lib/platform/config";
import { hashKey } from "#lib/platform/key-hash";
import { openWire } from "#tests/configuration/breakable-wire";
import { openStage, type Stage } from "./stage.ts";

type Asking = {
  readonly method?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The Admin API of a worker for the test file that says so, on a database that can be taken away. */
export function adminApiOfFile(settings: Readonly<Record<string, string>> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-admin-"));
  const pepper = randomBytes(32).toString("hex");
  let stage: Stage;
  let wire: Awaited<ReturnType<typeof openWire>>;
  let worker: Worker;
  let origin: string;
  let admin: string;

  beforeAll(async () => {
    stage = await openStage();
    wire = await openWire(stage.databaseUrl);
    const own = { DATABASE_URL: wire.databaseUrl, DATA_DIR: dataDir, KEY_PEPPER: pepper };
    worker = await openWorker(configOf({ FAILED_AUTH_PER_MINUTE: "100000", ...own, ...settings }));
    worker.server.listen(0, "127.0.0.1");
    await once(worker.server, "listening");
    const address = worker.server.address();
    origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    admin = await plantKey("admin");
  });
  afterAll(async () => {
    await worker.close(2_000);
    await wire.cut();
    await stage.close();
    rmSync(dataDir, { recursive: true });
  });

  async function plantKey(kind: KeyKind, given: { expiresAt?: Date; revokedAt?: Date } = {}): Promise<string> {
    const { secret, publicId, last4 } = mintKey(kind);
    const orgId = kind === "admin" ? null : stage.ours.id;
    const hash = new Uint8Array(hashKey(secret, pepper));
    await stage.db.apiKey.create({ data: { id: newId(), orgId, name: kind, kind, publicId, last4, hash, ...given } });
    return secret;
  }

  const ask = (path: string, { key = admin, ...asking }: Asking = {}) => askAdmin(origin, path, { key, ...asking });
  return {
    stage: () => stage,
    wire: () => wire,
    origin: () => origin,
    admin: () => admin,
    plantKey,
    ask,
    createOrganization: async (name = "Acme") =>
      Made.parse((await ask("/organizations", { body: { name } })).answer).id,
  };
}

const configOf = (given: Readonly<Record<string, string>>) =>
  loadConfig(
    {},
    {
      AUTH_SECRET: randomBytes(32).toString("hex"),
      SECRETS_KEY: randomBytes(32).toString("base64"),
      PUBLIC_URL: "https://switchyard.example",
      LOG_LEVEL: "error",
      ...given,
    },
  );

const Refusal = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    param: z.string().nullable(),
    requestId: z.uuid(),
  }),
});

/** Asks and reads; every answer must be JSON and carry its request id, every refusal our one shape. */
async function askAdmin(origin: string, path: string, asking: Asking & { readonly key: string | null }) {
  const { key, body, text, headers } = asking;
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(new URL(path.startsWith("/api") ? path : ADMIN_PATH + path, origin), {
    method: asking.method ?? (sent === undefined ? "GET" : "POST"),
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: sent,
  });
  const answer: unknown = await response.json();
  const requestId = response.headers.get("x-request-id");
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const isReadiness = typeof answer === "object" && answer !== null && "problems" in answer;
  if (response.status < 400 || isReadiness) return { status: response.status, answer, headers: response.headers };
  const { error } = Refusal.parse(answer);
  expect(error.requestId).toBe(requestId);
  return { status: response.status, answer, headers: response.headers, ...error };
}

export const Made = z.object({ id: z.uuid() });

const EXAMPLE = newId();

/** The path of a route with some id in each of its places. */
export const pathOf = (path: string) => path.replaceAll(/\{[^}]+\}/g, EXAMPLE);
