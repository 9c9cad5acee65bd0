import { describe, expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import { createKey } from "#lib/features/keys/create-key";
import { credentialsOfFile, FAILURES_PER_MINUTE } from "#tests/support/credentials";
import { KEY_DEPS } from "#tests/support/keys";

const { stage, credentials, queries, find } = credentialsOfFile();

describe("a key", () => {
  test("carries what it was created with", async () => {
    const allowedIps = ["10.0.0.0/8", "2001:db8::/32"];
    const given = { name: "k", endpoints: ["embeddings" as const], models: ["m"], allowedIps };
    const { secret, id } = await createKey(stage().ours.as("admin"), given, KEY_DEPS);
    const caller = await find(secret);
    expect(caller).toMatchObject({ credentialId: id, keyId: id, access: { scopes: new Set(["embeddings"]) } });
    expect(caller?.access.modelSets).toContainEqual(new Set(["m"]));
    const addresses = ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7", "11.0.0.1", "2001:db9::7", ""];
    expect(addresses.map((address) => caller?.access.admitsAddress?.(address))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("past its end is refused, by the clock alone", async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    const { secret } = await createKey(stage().ours.as("admin"), { name: "k", expiresAt }, KEY_DEPS);
    expect(await find(secret)).not.toBeNull();
    await expect.poll(() => find(secret), { interval: 100, timeout: 3_000 }).toBeNull();
  });

  test("of which one character is another is refused", async () => {
    const { secret } = await createKey(stage().ours.as("admin"), { name: "k" }, KEY_DEPS);
    for (const index of [0, 11, 12, 30, secret.length - 1]) {
      const changed = `${secret.slice(0, index)}${secret[index] === "x" ? "y" : "x"}${secret.slice(index + 1)}`;
      expect(await find(changed)).toBeNull();
    }
  });
});

describe("what is announced", () => {
  test("of a key and of an organisation: what it may use is read anew", async () => {
    const key = await createKey(stage().ours.as("admin"), { name: "k", endpoints: ["chat"] }, KEY_DEPS);
    const access = async () => (await find(key.secret))?.access;
    expect(await access()).toMatchObject({ scopes: new Set(["chat"]) });
    await stage().db.apiKey.update({ where: { id: key.id }, data: { endpoints: ["chat", "models"] } });
    credentials().hear(CHANNELS.keyChanged, key.publicId);
    expect(await access()).toMatchObject({ scopes: new Set(["chat", "models"]) });
    await stage().db.organization.update({ where: { id: stage().ours.id }, data: { plan: "silver" } });
    credentials().hear(CHANNELS.organizationChanged, stage().ours.id);
    expect(await access()).toMatchObject({ plan: "silver" });
  });
});

describe("a flood of wrong keys", () => {
  const ATTACKER = "198.51.100.9";
  const tooMany = expect.objectContaining({ code: "too_many_failures", status: 429 });
  const flood = (count: number, presentedOf: () => string) =>
    Promise.all(Array.from({ length: count }, () => find(presentedOf(), ATTACKER).catch((thrown: unknown) => thrown)));
  const broken = () => `${mintKey("live").secret.slice(0, -1)}-`;

  test("that are none by their checksum never reaches the database, and is told so only so often", async () => {
    const told = await flood(2 * FAILURES_PER_MINUTE + 100, broken);
    // The keys that tokens are signed with are read ahead, for nobody in particular.
    expect(queries().filter((query) => !query.includes("FROM signing_key"))).toEqual([]);
    expect(told.slice(0, 2 * FAILURES_PER_MINUTE)).toEqual(Array(2 * FAILURES_PER_MINUTE).fill(null));
    expect(told.slice(2 * FAILURES_PER_MINUTE)).toEqual(Array(100).fill(tooMany));
  });

  const plantKey = () => createKey(stage().ours.as("admin"), { name: "k" }, KEY_DEPS);

  test("that are none by their checksum keeps out no good key that is new there", async () => {
    expect(await flood(3 * FAILURES_PER_MINUTE, broken)).toContainEqual(tooMany);
    const { secret } = await plantKey();
    expect(await find(secret, ATTACKER)).not.toBeNull();
  });

  test("that look right is hardly looked up beyond that, while who was good from there still is, and others are not touched", async () => {
    const { secret } = await plantKey();
    expect(await find(secret, ATTACKER)).not.toBeNull();
    await flood(2 * FAILURES_PER_MINUTE, broken);
    const right = () => mintKey("live").secret;
    // Fifty at once, for no more than a hundred look-ups run at a time.
    for (let looked = 0; looked < FAILURES_PER_MINUTE; looked += 50) await flood(50, right);
    const asked = queries().length;
    const told = await flood(500, right);
    expect(told).toEqual(Array(500).fill(tooMany));
    expect(queries()).toHaveLength(asked);
    expect(credentials().find(secret, ATTACKER)).not.toBeInstanceOf(Promise);
    credentials().forgetAll();
    expect(await find(secret, ATTACKER)).not.toBeNull();
    expect(await find(right())).toBeNull();
  });
});
