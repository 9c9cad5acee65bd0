import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { isOwnSetting } from "#lib/base/own-settings";

const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().int().positive();
const secret = z.string().min(32, "must be at least 32 characters");

const schema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  DATA_DIR: z.string().min(1).default(".data"),
  HOST: z.string().default("127.0.0.1"),
  PORT: port.default(3000),
  /** Where the gateway finds the other two roles; what is absent is answered with 503. */
  PORTAL_URL: z.url().optional(),
  WORKER_URL: z.url().optional(),
  WORKER_PORT: port.default(3002),
  PUBLIC_URL: z.url().default("http://127.0.0.1:3000"),
  /** Signs sessions and mail links of the portal. */
  AUTH_SECRET: secret,
  /** HMAC key of stored API keys. */
  KEY_PEPPER: secret,
  /** Wraps the data keys of stored secrets: 32 bytes in base64. */
  SECRETS_KEY: z.base64().refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64"),
  METRICS_TOKEN: z.string().min(16).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default("Switchyard <no-reply@localhost>"),
  /** Comma-separated addresses or CIDR ranges whose x-forwarded-* count. */
  TRUSTED_PROXIES: z.string().default(""),
  JOBS_HOST: z.enum(["postgres", "inngest"]).default("postgres"),
  GATEWAY_IN_PORTAL: z.enum(["0", "1"]).default("0"),
  /** Allowance of a key that has no limit of its own. */
  REQUESTS_PER_MINUTE: positive.default(60_000),
  DRAIN_MS: positive.default(30_000),
  /** How many gateway processes serve the port together (docs/processes.md). */
  GATEWAY_PROCESSES: z.coerce.number().int().min(1).max(64).default(1),
  /** Which of them this one is, from 1: the primary sets it. */
  GATEWAY_PROCESS: positive.default(1),
  /** The gateway's own certificate and key, as PEM files; both, or plain HTTP. */
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  /** Limits of the front door; docs/limits.md says what holds where one is absent. */
  MAX_CONNECTIONS: positive.optional(),
  MAX_CONNECTIONS_PER_ADDRESS: positive.optional(),
  MAX_REQUESTS_IN_FLIGHT: positive.optional(),
  HEADERS_TIMEOUT_MS: positive.optional(),
  BODY_TIMEOUT_MS: positive.optional(),
  READER_TIMEOUT_MS: positive.optional(),
  FAILED_AUTH_PER_MINUTE: positive.optional(),
  /** A stream that is silent for this long sends its caller a comment; 0 never does. */
  STREAM_KEEP_ALIVE_MS: z.coerce.number().int().min(0).default(15_000),
  /** How long an answer of /v1/responses can be asked for again. */
  RESPONSES_RETENTION_DAYS: positive.max(3_650).default(30),
  JOURNAL_FSYNC: z.enum(["0", "1"]).default("0"),
  LOG_LEVEL: z.enum(["error", "warn", "info"]).default("info"),
});

const checked = schema.refine(
  ({ TLS_CERT_FILE, TLS_KEY_FILE }) => (TLS_CERT_FILE === undefined) === (TLS_KEY_FILE === undefined),
  {
    path: ["TLS_CERT_FILE"],
    message: "set it together with TLS_KEY_FILE, or neither",
  },
);

export type Config = z.infer<typeof schema>;

/** Something about the settings that whoever runs us has to change; its message is all there is to say. */
export class SettingsError extends Error {}

/** The file `up` leaves in the data directory, so that other commands find the same database and secrets. */
export const RUNTIME_FILE = "runtime.json";

/**
 * Reads the settings once: environment first, then `runtime.json` of the data directory. Takes overrides from the
 * command line. Throws a SettingsError that names each wrong setting, never its value.
 */
export function loadConfig(
  overrides: Readonly<Record<string, string | undefined>> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const given = { ...presentIn(env), ...presentIn(overrides) };
  const dataDir = resolve(given.DATA_DIR ?? ".data");
  const parsed = checked.safeParse({ ...readRuntimeFile(dataDir), ...given, DATA_DIR: dataDir });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new SettingsError(`Settings are missing or wrong:\n${problems.join("\n")}`);
}

function readRuntimeFile(dataDir: string): Record<string, string> {
  const file = join(dataDir, RUNTIME_FILE);
  if (!existsSync(file)) return {};
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new SettingsError(`${file} cannot be read as the settings it holds: put a copy of it back.`, { cause });
  }
}

const presentIn = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );

/** Gives a variable of the environment that a credential names; the server's own settings are never given out. */
export const readEnvironment = (name: string): string | undefined =>
  isOwnSetting(name) ? undefined : process.env[name];

/** The environment of a Switchyard that must not share ours: our database, secrets and ports stay behind. */
export const environmentWithoutSettings = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !Object.hasOwn(schema.shape, name)));

/** Reads one setting of the environment alone, for commands that need no more; an empty one counts as absent. */
export const readSetting = (name: keyof Config): string | undefined => process.env[name] || undefined;
