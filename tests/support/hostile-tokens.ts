import { createHmac, randomBytes } from "node:crypto";
import { encode } from "next-auth/jwt";
import { base64Json, headerOf, newSigner, type Signer, signToken } from "./access-tokens.ts";

type Given = {
  /** Whose key the gateway knows; an attacker has its public half and tokens it signed. */
  readonly signer: Signer;
  /** Those of a token that would count. */
  readonly claims: Readonly<Record<string, unknown>>;
};
type Hostile = readonly (readonly [way: string, token: string])[];

/** Tokens that are wrong in one way each (V-54), with the way. */
export const hostileTokens = async (given: Given): Promise<Hostile> => [
  ...ofAnotherAlgorithm(given),
  ...ofAnotherKey(given),
  ...ofAnotherSignature(given),
  ...ofAnotherClaim(given),
  ...(await ofAnotherPurpose(given)),
];

function ofAnotherAlgorithm({ signer, claims }: Given): Hostile {
  const header = headerOf(signer);
  const [, body, signature] = signToken(signer, claims).split(".");
  const hmac = (secret: string | Buffer) => {
    const signed = `${base64Json({ ...header, alg: "HS256" })}.${body}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
  const { publicKey } = signer;
  return [
    ["alg none, no signature", `${base64Json({ ...header, alg: "none" })}.${body}.`],
    ["alg none, two parts", `${base64Json({ ...header, alg: "none" })}.${body}`],
    ["alg None, the good signature", `${base64Json({ ...header, alg: "None" })}.${body}.${signature}`],
    ["HS256 with the public key as PEM", hmac(publicKey.export({ format: "pem", type: "spki" }))],
    ["HS256 with the public key as DER", hmac(publicKey.export({ format: "der", type: "spki" }))],
    ["HS256 with the public key as JWK", hmac(JSON.stringify(publicKey.export({ format: "jwk" })))],
    ["HS256 with the public key's bytes", hmac(Buffer.from(`${publicKey.export({ format: "jwk" }).x}`, "base64url"))],
    ["another name of the algorithm", signToken(signer, claims, { ...header, alg: "Ed25519" })],
    ["no algorithm", signToken(signer, claims, { ...header, alg: undefined })],
  ];
}

function ofAnotherKey({ signer, claims }: Given): Hostile {
  const stranger = newSigner();
  const jwk = stranger.publicKey.export({ format: "jwk" });
  const by = (kid: string | undefined, more: Readonly<Record<string, unknown>> = {}) =>
    signToken(stranger, claims, { ...headerOf(stranger), kid, ...more });
  return [
    [STRANGERS, by(stranger.kid)],
    ["a stranger's key under our name", by(signer.kid)],
    ["a key id that is a path", by("../../../../dev/null")],
    ["a key id that is SQL", by("' OR 1=1 --")],
    ["no key id", by(undefined)],
    ["its own key, jwk", by(signer.kid, { jwk })],
    ["its own key, jwk, and no key id", by(undefined, { jwk })],
    ["its own key, jku", by(signer.kid, { jku: "http://127.0.0.1:9/jwks.json" })],
    ["its own key, x5u", by(signer.kid, { x5u: "http://127.0.0.1:9/x5u" })],
    ["its own key, x5c", by(signer.kid, { x5c: ["MIIB"] })],
  ];
}

/** The one way that could be right, did the signing key but exist. */
export const STRANGERS = "a key of a stranger";

function ofAnotherSignature({ signer, claims }: Given): Hostile {
  const { kid, alg, typ } = headerOf(signer);
  const good = signToken(signer, claims);
  const [head = "", body = "", signature = ""] = good.split(".");
  const changed = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  return [
    ["an empty signature", `${head}.${body}.`],
    ["a signature cut short", `${head}.${body}.${signature.slice(0, -2)}`],
    ["a signature with its first character changed", `${head}.${body}.${changed}`],
    ["a signature spelled another way", `${head}.${body}.${signature.slice(0, -1)}${nextOf(signature.slice(-1))}`],
    ["a signature of zeros", `${head}.${body}.${Buffer.alloc(64).toString("base64url")}`],
    ["claims changed under the good signature", `${head}.${base64Json({ ...claims, org: claims.sid })}.${signature}`],
    ["a header spelled another way", `${base64Json({ kid, alg, typ })}.${body}.${signature}`],
    ["a critical extension", signToken(signer, claims, { kid, alg, typ, crit: ["b64"], b64: true })],
    ["four parts", `${good}.${signature}`],
    ["no JSON", `${Buffer.from("{").toString("base64url")}.${body}.${signature}`],
  ];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** At the end of 64 bytes the neighbour differs in bits that say nothing. */
const nextOf = (character: string) => ALPHABET.charAt(ALPHABET.indexOf(character) + 1);

function ofAnotherClaim({ signer, claims }: Given): Hostile {
  const nowS = Math.floor(Date.now() / 1_000);
  const header = headerOf(signer);
  const under = (changed: Readonly<Record<string, unknown>>) => signToken(signer, { ...claims, ...changed });
  return [
    ["another audience", under({ aud: "another-api" })],
    ["several audiences", under({ aud: [claims.aud, "another-api"] })],
    ["no audience", under({ aud: undefined })],
    ["another issuer", under({ iss: "https://another.example" })],
    ["an issuer that begins like ours", under({ iss: `${claims.iss}.evil.example` })],
    ["no issuer", under({ iss: undefined })],
    ["the type of any JWT", signToken(signer, claims, { ...header, typ: "JWT" })],
    ["no type", signToken(signer, claims, { ...header, typ: undefined })],
    ["expired", under({ iat: nowS - 700, exp: nowS - 31 })],
    ["no expiry", under({ exp: undefined })],
    ["an expiry that is text", under({ exp: `${nowS + 600}` })],
    ["an expiry that is null", under({ exp: null })],
    ["not yet valid", under({ nbf: nowS + 60 })],
    ["issued in the future", under({ iat: nowS + 60 })],
    ["no session", under({ sid: undefined })],
    ["a session that is no id", under({ sid: "' OR 1=1 --" })],
    ["a subject that is no id", under({ sub: "admin" })],
    ["more than four kibibytes", under({ padding: "x".repeat(4_096) })],
    ["claims that are a list", signToken(signer, [claims])],
    ["claims that are null", signToken(signer, null)],
  ];
}

/** Other secrets of ours that a person may hold. */
const ofAnotherPurpose = async ({ claims }: Given): Promise<Hostile> => [
  ["a portal session", await encode({ token: { sub: `${claims.sub}`, sid: `${claims.sid}` }, secret: "s".repeat(32) })],
  ["the secret of a mailed link", randomBytes(32).toString("base64url")],
];
