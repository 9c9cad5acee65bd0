import fc from "fast-check";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { claimsOf, headerOf, newSigner, signToken } from "#tests/support/access-tokens";
import { hostileTokens, STRANGERS } from "#tests/support/hostile-tokens";
import { verifyToken } from "./verify-token.ts";

const signer = newSigner();
const claims = claimsOf();
const means = (nowMs = Date.now()) => ({
  keyOf: (kid: string) => (kid === signer.kid ? signer.publicKey : undefined),
  issuer: claims.iss,
  nowMs,
});
const verify = (token: string, nowMs?: number) => verifyToken(token, means(nowMs));

test("a good token gives its claims; what it says besides is passed over", () => {
  expect(verify(signToken(signer, claims))).toEqual(claims);
  expect(verify(signToken(signer, { ...claims, later: true }))).toEqual(claims);
  expect(verify(signToken(signer, { ...claims, nbf: claims.iat }))).toMatchObject({ sub: claims.sub });
});

describe("refused", async () => {
  const hostile = await hostileTokens({ signer, claims });
  test.each(hostile.filter(([way]) => way !== STRANGERS))("%s", (_way, token) => {
    expect(verify(token)).toBeNull();
  });

  test("a key that is not known is said to be so only of a token that is right in all else", () => {
    const stranger = newSigner();
    expect(verify(signToken(stranger, claims))).toBe("unknown-key");
    for (const changed of [{ aud: "another" }, { iss: "another" }, { exp: claims.iat - 60 }])
      expect(verify(signToken(stranger, { ...claims, ...changed }))).toBeNull();
  });

  test("any text that is no token, and any token with a character changed", () => {
    const good = signToken(signer, claims);
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => verify(text) === null));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(..."Aa0-_.= \0é"), (index, character) => {
        const changed = good.slice(0, index) + character + good.slice(index + 1);
        return changed === good || [null, "unknown-key"].some((refused) => refused === verify(changed));
      }),
    );
  });

  test("a token of good form in no time, however long", () => {
    const startedMs = performance.now();
    expect(verify(`${"A".repeat(1_000_000)}.${"A".repeat(1_000_000)}.${"A".repeat(1_000_000)}`)).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(50);
  });
});

test("clocks may differ by half a minute and no more", () => {
  const token = signToken(signer, { ...claims, nbf: claims.iat });
  const at = (seconds: number) => verify(token, seconds * 1_000);
  expect(at(claims.iat - 30)).not.toBeNull();
  expect(at(claims.iat - 31)).toBeNull();
  expect(at(claims.exp + 29)).not.toBeNull();
  expect(at(claims.exp + 30)).toBeNull();
});

describe("another implementation (jose)", () => {
  test("accepts what we accept, and what it signs we accept", async () => {
    const jwk = { ...signer.publicKey.export({ format: "jwk" }), kid: signer.kid, alg: "EdDSA", use: "sig" };
    const options = { algorithms: ["EdDSA"], issuer: claims.iss, audience: claims.aud, typ: "at+jwt" };
    const read = await jwtVerify(signToken(signer, claims), createLocalJWKSet({ keys: [jwk] }), options);
    expect(read.payload).toEqual(claims);
    const key = await importJWK(signer.privateKey.export({ format: "jwk" }), "EdDSA");
    const token = await new SignJWT(claims).setProtectedHeader(headerOf(signer)).sign(key);
    expect(verify(token)).toEqual(claims);
  });
});
