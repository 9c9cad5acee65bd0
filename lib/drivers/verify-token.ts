import { type KeyObject, verify } from "node:crypto";
import { TokenClaims, TokenHeader } from "#lib/base/access-token";

const TOKEN_CHARS_MAX = 4_096;
const SKEW_MS = 30_000;
// The signature may not be empty, and nothing but the alphabet of base64url is read.
const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

type Means = {
  readonly keyOf: (kid: string) => KeyObject | undefined;
  readonly issuer: string;
  /** Database time. */
  readonly nowMs: number;
};

/** When a token is good no more, with the skew that clocks are allowed. */
export const endOf = ({ exp }: TokenClaims) => exp * 1_000 + SKEW_MS;

/**
 * Reads an access token of ours. Gives null for anything else: another algorithm, type, issuer, audience, time or
 * signature. `unknown-key` is said only of a token that is right in everything but the key it names.
 */
export function verifyToken(token: string, { keyOf, issuer, nowMs }: Means): TokenClaims | "unknown-key" | null {
  const [, head = "", body = "", signature = ""] =
    (token.length <= TOKEN_CHARS_MAX ? SHAPE.exec(token) : undefined) ?? [];
  const header = TokenHeader.safeParse(jsonOf(head));
  if (!header.success) return null;
  const claims = TokenClaims.safeParse(jsonOf(body));
  if (!claims.success || claims.data.iss !== issuer || !isTimely(claims.data, nowMs)) return null;
  const key = keyOf(header.data.kid);
  if (key === undefined) return "unknown-key";
  return isSignature(signature, `${head}.${body}`, key) ? claims.data : null;
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function isTimely(claims: TokenClaims, nowMs: number): boolean {
  const beginMs = Math.max(claims.iat, claims.nbf ?? claims.iat) * 1_000;
  return nowMs < endOf(claims) && beginMs - SKEW_MS <= nowMs;
}

function isSignature(text: string, signed: string, key: KeyObject): boolean {
  const signature = Buffer.from(text, "base64url");
  // Another spelling of the same bytes would be another token with the same signature.
  return signature.toString("base64url") === text && verify(null, Buffer.from(signed), key, signature);
}
