import { z } from "zod";

export const TOKEN_ALGORITHM = "EdDSA";
/** RFC 9068's type, which keeps every other JWT of ours out. */
export const TOKEN_TYPE = "at+jwt";
export const TOKEN_AUDIENCE = "switchyard-api";
export const TOKEN_LIFETIME_S = 600;
/** A key that signs no more stays published, and good for what it signed, this long. */
export const RETIRED_KEY_HOURS = 24;

/** Exactly these members: a key that a token brings along or points to is never looked at. */
export const TokenHeader = z.strictObject({
  alg: z.literal(TOKEN_ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.uuid(),
});

/** Who an access token speaks for, and where they work with it. */
export const TokenClaims = z.object({
  iss: z.string(),
  aud: z.literal(TOKEN_AUDIENCE),
  /** The user. */
  sub: z.uuid(),
  org: z.uuid(),
  project: z.uuid().nullable(),
  /** The portal session it was issued to; with that it ends. */
  sid: z.uuid(),
  iat: z.int(),
  nbf: z.int().optional(),
  exp: z.int(),
  jti: z.uuid(),
});

export type TokenClaims = z.infer<typeof TokenClaims>;
