import type { ConfigurationDocument } from "./document.ts";
import { secretReferenceOf } from "./secret-reference.ts";

export type TakenSecret = { readonly name: string; readonly value: string };

/**
 * Replaces each `literal:` by `secret:<provider>/<credential>/<fingerprint>` and gives the values apart.
 * The same value gets the same name again, so that applying a file twice changes nothing.
 */
export function takeOutSecrets(
  document: ConfigurationDocument,
  fingerprint: (value: string) => string,
): { readonly document: ConfigurationDocument; readonly taken: readonly TakenSecret[] } {
  const taken: TakenSecret[] = [];
  const providers = document.providers.map((provider) => ({
    ...provider,
    ...(provider.credentials && {
      credentials: provider.credentials.map((credential) => {
        const reference = secretReferenceOf(credential.secret);
        if (reference?.kind !== "literal") return credential;
        const name = `${provider.id}/${credential.id}/${fingerprint(reference.value)}`;
        taken.push({ name, value: reference.value });
        return { ...credential, secret: `secret:${name}` };
      }),
    }),
  }));
  return { document: { ...document, providers }, taken };
}

/** Names of the stored secrets a document refers to, each once. */
export function storedSecretsOf(document: ConfigurationDocument): readonly string[] {
  const names = document.providers.flatMap((provider) =>
    (provider.credentials ?? []).flatMap((credential) => {
      const reference = secretReferenceOf(credential.secret);
      return reference?.kind === "secret" ? [reference.name] : [];
    }),
  );
  return [...new Set(names)];
}
