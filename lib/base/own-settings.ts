const OWN_SETTINGS: ReadonlySet<string> = new Set([
  "DATABASE_URL",
  "REDIS_URL",
  "DATA_DIR",
  "HOST",
  "PORT",
  "PORTAL_URL",
  "WORKER_URL",
  "WORKER_PORT",
  "PUBLIC_URL",
  "AUTH_SECRET",
  "KEY_PEPPER",
  "SECRETS_KEY",
  "METRICS_TOKEN",
  "SMTP_URL",
  "MAIL_FROM",
  "TRUSTED_PROXIES",
  "JOBS_HOST",
  "GATEWAY_IN_PORTAL",
  "REQUESTS_PER_MINUTE",
  "DRAIN_MS",
  "GATEWAY_PROCESSES",
  "GATEWAY_PROCESS",
  "TLS_CERT_FILE",
  "TLS_KEY_FILE",
  "MAX_CONNECTIONS",
  "MAX_CONNECTIONS_PER_ADDRESS",
  "MAX_REQUESTS_IN_FLIGHT",
  "HEADERS_TIMEOUT_MS",
  "BODY_TIMEOUT_MS",
  "READER_TIMEOUT_MS",
  "FAILED_AUTH_PER_MINUTE",
  "STREAM_KEEP_ALIVE_MS",
  "RESPONSES_RETENTION_DAYS",
  "JOURNAL_FSYNC",
  "LOG_LEVEL",
]);

/** What the supervisor, PostgreSQL's client library, the portal's sign-in and Inngest read besides. */
const OWN_PREFIXES = ["PG", "POSTGRES_", "SWITCHYARD_", "NEXTAUTH_", "INNGEST_"];

/** True for the name of a setting of the server: as a credential it would send what is ours to an upstream. */
export const isOwnSetting = (name: string): boolean =>
  OWN_SETTINGS.has(name) || OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
