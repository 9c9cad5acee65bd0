import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { storedSecretsOf } from "#lib/gateway/configuration/take-out-secrets";
import type { Tx } from "#lib/platform/db";
import { sealSecret } from "#lib/platform/envelope";
import type { ConfigDeps } from "./config-deps.ts";
import type { PreparedDocument } from "./prepare-document.ts";

/** Encrypts and stores the secrets taken out of a document; refuses one that refers to a secret nobody has stored. */
export async function storeSecrets(
  tx: Pick<Tx, "secret">,
  { document, taken }: PreparedDocument,
  { secretsKey }: Pick<ConfigDeps, "secretsKey">,
): Promise<void> {
  await tx.secret.createMany({
    data: taken.map(({ name, value }) => ({ id: newId(), name, ...sealSecret(value, { name, secretsKey }) })),
    // The name holds the value's fingerprint: a record of that name already keeps the same value.
    skipDuplicates: true,
  });
  const names = storedSecretsOf(document);
  const rows = await tx.secret.findMany({ where: { name: { in: [...names] } }, select: { name: true } });
  const known = new Set(rows.map(({ name }) => name));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return;
  // By its place: what stands behind `secret:` by mistake may be the secret itself.
  const param = placeOf(document, missing);
  throw new AppError(
    "invalid_field",
    `No secret is stored under the name at ${param}. Give it as literal:VALUE once.`,
    {
      param,
    },
  );
}

function placeOf({ providers }: PreparedDocument["document"], missing: readonly string[]): string {
  for (const [at, { credentials = [] }] of providers.entries()) {
    const index = credentials.findIndex(({ secret }) => missing.includes(secret.replace(/^secret:/, "")));
    if (index >= 0) return `providers[${at}].credentials[${index}].secret`;
  }
  return "providers";
}
