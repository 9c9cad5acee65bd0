import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_TYPE } from "#lib/base/access-token";
import { newId } from "#lib/base/ids";

const NOW_S = () => Math.floor(Date.now() / 1_000);

export const base64Json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Claims of a good token; what is given takes the place of its own. */
export const claimsOf = (given: Readonly<Record<string, unknown>> = {}) => ({
  iss: "https://switchyard.example",
  aud: TOKEN_AUDIENCE,
  sub: newId(),
  org: newId(),
  project: null,
  sid: newId(),
  iat: NOW_S(),
  exp: NOW_S() + 600,
  jti: newId(),
  ...given,
});

export type Signer = { readonly kid: string; readonly publicKey: KeyObject; readonly privateKey: KeyObject };

export const newSigner = (kid: string = newId()): Signer => ({ kid, ...generateKeyPairSync("ed25519") });

export const headerOf = ({ kid }: Pick<Signer, "kid">) => ({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid });

/** Signs a token with no library, so that it may be wrong in any way. */
export function signToken(signer: Signer, claims: unknown, header: unknown = headerOf(signer)): string {
  const signed = `${base64Json(header)}.${base64Json(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), signer.privateKey).toString("base64url")}`;
}
