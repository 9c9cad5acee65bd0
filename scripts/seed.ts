import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "#lib/platform/config";
import { seed } from "../prisma/seed.ts";
import { Seeded } from "./up/announce.ts";
import { writeAtomically } from "./up/write-atomically.ts";

const PASSWORD_BYTES = 15;

// Keys and passwords are stored as hashes, so what they were is kept in a file, one per database, to be shown again.
const [dataDir, name = "seed.json"] = process.argv.slice(2);
const config = loadConfig({ DATA_DIR: dataDir });
const file = join(config.DATA_DIR, name);
const known = existsSync(file) ? Seeded.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
const password = known?.operator.password ?? randomBytes(PASSWORD_BYTES).toString("base64url");

const { operator, keys } = await seed({
  databaseUrl: config.DATABASE_URL,
  keyPepper: config.KEY_PEPPER,
  secretsKey: config.SECRETS_KEY,
  password,
  ...(known ? { keys: known.keys } : {}),
});
writeAtomically(file, `${JSON.stringify({ operator: { email: operator.email, password }, keys }, null, 2)}\n`);
