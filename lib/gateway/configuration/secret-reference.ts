export const SECRET_RULE = "must be env:NAME, literal:VALUE or secret:NAME";

const ENVIRONMENT_PATTERN = /^env:([A-Za-z_][A-Za-z0-9_]{0,127})$/;
// A credential becomes a header: printable ASCII, nothing that could end the line.
const LITERAL_PATTERN = /^literal:([\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?)$/;
const STORED_PATTERN = /^secret:([A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+){0,4})$/;
const STORED_NAME_MAX = 200;

export type SecretReference =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "secret"; readonly name: string };

/** Reads the three forms a credential's secret may have. Gives nothing for anything else. */
export function secretReferenceOf(text: string): SecretReference | undefined {
  const variable = ENVIRONMENT_PATTERN.exec(text)?.[1];
  if (variable !== undefined) return { kind: "env", name: variable };
  const value = LITERAL_PATTERN.exec(text)?.[1];
  if (value !== undefined) return { kind: "literal", value };
  const name = STORED_PATTERN.exec(text)?.[1];
  return name !== undefined && name.length <= STORED_NAME_MAX ? { kind: "secret", name } : undefined;
}
