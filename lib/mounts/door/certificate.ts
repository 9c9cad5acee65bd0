import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createSecureContext } from "node:tls";
import { type Config, SettingsError } from "#lib/platform/config";
import type { Log } from "#lib/platform/log";

export type CertificatePair = { readonly cert: Buffer; readonly key: Buffer };

export type Certificate = {
  readonly pair: CertificatePair;
  /** Tells of a new pair whenever the files change or SIGHUP says so; gives the way to stop. */
  readonly watch: (onChange: (pair: CertificatePair) => void) => () => void;
};

// By polling: certificates are often swapped by moving a link, which watches on the file itself do not see.
const LOOK_MS = 5_000;

/** Reads the certificate and its key where they are set. Throws an Error that names the files where they do not fit. */
export function openCertificate(
  config: Pick<Config, "TLS_CERT_FILE" | "TLS_KEY_FILE">,
  log: Log,
): Certificate | undefined {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = config;
  if (certFile === undefined || keyFile === undefined) return undefined;
  return {
    pair: readPair(certFile, keyFile),
    watch(onChange) {
      const reload = () => {
        try {
          onChange(readPair(certFile, keyFile));
          log.info("certificate read anew", { file: certFile });
        } catch (error) {
          // The files may be changed one after the other: the next change brings the pair that fits.
          log.warn("the certificate was not taken, the one before stays", { error });
        }
      };
      process.on("SIGHUP", reload);
      for (const file of [certFile, keyFile]) watchFile(file, { interval: LOOK_MS, persistent: false }, reload);
      return () => {
        process.off("SIGHUP", reload);
        for (const file of [certFile, keyFile]) unwatchFile(file, reload);
      };
    },
  };
}

function readPair(certFile: string, keyFile: string): CertificatePair {
  try {
    const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new SettingsError(
      `TLS_CERT_FILE (${certFile}) and TLS_KEY_FILE (${keyFile}) are not a certificate and its key`,
      {
        cause,
      },
    );
  }
}
