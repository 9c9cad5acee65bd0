import { type Config, loadConfig } from "#lib/platform/config";

let loaded: Config | undefined;

/** Reads the settings at the first request: a build has none. */
export function portalConfig(): Config {
  loaded ??= readConfig();
  return loaded;
}

export const isHttps = () => portalConfig().PUBLIC_URL.startsWith("https:");

/** The name under which next-auth keeps its token. */
export const sessionCookieName = () => `${isHttps() ? "__Secure-" : ""}next-auth.session-token`;

function readConfig(): Config {
  const config = loadConfig();
  // biome-ignore lint/style/noProcessEnv: next-auth learns its public address from here only, and cannot guess it behind the gateway
  process.env.NEXTAUTH_URL = config.PUBLIC_URL;
  return config;
}

/** True when mails are written to a folder of the data directory because nothing is set that could send them. */
export const hasOutbox = () => portalConfig().SMTP_URL === undefined;

/** The address that callers of the API use, as it stands in every snippet. */
export const apiBaseUrl = () => `${portalConfig().PUBLIC_URL.replace(/\/$/, "")}/v1`;
