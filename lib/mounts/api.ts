import { createServer, type IncomingMessage, type Server } from "node:http";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import type { FailedAuth } from "#lib/drivers/failed-auth.memory";
import type { PlatformContext } from "#lib/features/context";
import type { Db } from "#lib/platform/db";
import type { Log } from "#lib/platform/log";
import { type AdminKeys, openAdminKeys } from "./admin-api/admin-keys.ts";
import { type Answer, refuse, send } from "./admin-api/answer.ts";
import { findRoute } from "./admin-api/find-route.ts";
import { openApiDocument } from "./admin-api/openapi.ts";
import { readBody } from "./admin-api/read-body.ts";
import type { AdminDeps } from "./admin-api/route.ts";
import { ADMIN_PATH } from "./admin-api/table.ts";
import { callerInChain, type TrustedProxies } from "./trusted-proxies.ts";

type Options = {
  readonly db: Db;
  readonly deps: AdminDeps;
  readonly publicUrl: string;
  readonly trusted: TrustedProxies;
  readonly failures: FailedAuth;
  readonly log: Log;
  /** Why this process is not ready; empty when it is. */
  readonly problems: () => Promise<readonly string[]>;
};

type Call = { readonly requestId: string; readonly url: URL; readonly incoming: IncomingMessage };

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_MAX = 100;

/** The worker's door: the Admin API, its OpenAPI document, and whether the process lives and is ready. */
export function openAdminServer(options: Options): Server {
  const { db, deps, failures } = options;
  const authenticate = openAdminKeys({ db, keyPepper: deps.keyPepper, failures, now });
  const document = openApiDocument(options.publicUrl);
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS });
  server.maxHeadersCount = HEADERS_MAX;
  server.on("request", (incoming, outgoing) => {
    const startedMs = performance.now();
    const requestId = newId();
    const done = answerOf({ options, authenticate, document }, { requestId, incoming }).catch((thrown) =>
      refuse(options.log, requestId, thrown),
    );
    void done.then((answer) => {
      send(outgoing, requestId, answer);
      const path = incoming.url?.split("?")[0] ?? "";
      // One record per call; that somebody asked whether we live is not worth one.
      if (!path.startsWith(ADMIN_PATH)) return;
      const durationMs = Math.round(performance.now() - startedMs);
      options.log.info("admin call", { requestId, method: incoming.method, path, status: answer.status, durationMs });
    });
  });
  return server;
}

type Parts = {
  readonly options: Options;
  readonly authenticate: AdminKeys;
  readonly document: unknown;
};

async function answerOf(parts: Parts, { requestId, incoming }: Omit<Call, "url">): Promise<Answer> {
  const url = URL.parse(incoming.url ?? "/", "http://worker");
  if (!url) throw new AppError("invalid_request", "The address is not well-formed.");
  if (url.pathname === ADMIN_PATH || url.pathname.startsWith(`${ADMIN_PATH}/`))
    return answerAdmin(parts, { requestId, url, incoming });
  if (incoming.method !== "GET") throw new AppError("not_found", "There is no such path.");
  switch (url.pathname) {
    case "/api/openapi.json":
      return { status: 200, body: parts.document };
    case "/healthz":
      return { status: 200, body: { status: "ok" } };
    case "/readyz":
      return readiness(await parts.options.problems());
    default:
      throw new AppError("not_found", "There is no such path.");
  }
}

const readiness = (problems: readonly string[]): Answer =>
  problems.length === 0
    ? { status: 200, body: { status: "ready", problems } }
    : { status: 503, body: { status: "not ready", problems } };

async function answerAdmin({ options, authenticate }: Parts, { url, incoming }: Call): Promise<Answer> {
  const address = callerOf(incoming, options.trusted);
  const keyId = await authenticate(incoming.headers.authorization, address);
  const { route, params } = findRoute(incoming.method ?? "", url.pathname.slice(ADMIN_PATH.length));
  const body = await readBody(incoming, route);
  const ctx: PlatformContext = {
    actor: { kind: "admin-key", id: keyId },
    platformRole: "operator",
    orgRole: null,
    orgId: null,
    db: options.db,
    now,
    ip: address,
  };
  const idempotencyKey = headerOf(incoming, "idempotency-key");
  const output = await route.run({ ctx, deps: options.deps, params, query: queryOf(url), body, idempotencyKey });
  return { status: route.status, body: output };
}

const now = () => new Date();

function queryOf(url: URL): Readonly<Record<string, string>> {
  const names = [...url.searchParams.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AppError("invalid_field", `${twice} is given twice.`, { param: twice });
  return Object.fromEntries(url.searchParams);
}

/** Without a chain from the front door the caller came straight to this port. */
const callerOf = (incoming: IncomingMessage, trusted: TrustedProxies): string =>
  callerInChain(headerOf(incoming, "x-forwarded-for"), trusted) ?? incoming.socket.remoteAddress ?? "";

function headerOf(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return typeof value === "string" ? value : undefined;
}
