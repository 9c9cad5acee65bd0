import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SealedSecret } from "#lib/platform/envelope";

const FILE = "last-config.json";

/** A configuration version as stored: secrets stay encrypted, in the database and on the disk. */
export type StoredConfiguration = {
  readonly number: number;
  readonly createdAtS: number;
  readonly document: unknown;
  readonly secrets: ReadonlyMap<string, SealedSecret>;
};

const bytes = z.base64().transform((text) => Uint8Array.from(Buffer.from(text, "base64")));

const fileSchema = z.object({
  format: z.literal(1),
  number: z.int().positive(),
  createdAtS: z.int(),
  document: z.unknown(),
  secrets: z.record(
    z.string(),
    z.object({ ciphertext: bytes, nonce: bytes, wrappedKey: bytes, wrapNonce: bytes, keyVersion: z.int() }),
  ),
});

/** Keeps a version as the last good one. Several processes may do so at once: each writes its own file and renames it. */
export async function writeLastConfiguration(dataDir: string, stored: StoredConfiguration): Promise<void> {
  const secrets = Object.fromEntries([...stored.secrets].map(([name, sealed]) => [name, inBase64(sealed)]));
  const temporary = join(dataDir, `${FILE}.${randomUUID()}`);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify({ format: 1, ...stored, secrets }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(dataDir, FILE));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** Reads the last good version; throws when there is none or it is damaged. */
export async function readLastConfiguration(dataDir: string): Promise<StoredConfiguration> {
  const parsed = fileSchema.parse(JSON.parse(await readFile(join(dataDir, FILE), "utf8")));
  return { ...parsed, secrets: new Map(Object.entries(parsed.secrets)) };
}

const inBase64 = ({ ciphertext, nonce, wrappedKey, wrapNonce, keyVersion }: SealedSecret) => ({
  ciphertext: Buffer.from(ciphertext).toString("base64"),
  nonce: Buffer.from(nonce).toString("base64"),
  wrappedKey: Buffer.from(wrappedKey).toString("base64"),
  wrapNonce: Buffer.from(wrapNonce).toString("base64"),
  keyVersion,
});
