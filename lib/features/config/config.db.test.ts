import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { diffConfiguration } from "#lib/gateway/configuration/diff";
import { openSecret } from "#lib/platform/envelope";
import { createTestDatabase } from "#tests/support/database";
import { activateConfig } from "./activate-config.ts";
import { diffConfig } from "./diff-config.ts";
import { deps, openStage, secretsKey, sourceWithPrice } from "./fixtures/config-stage.ts";
import { listConfigVersions } from "./list-config-versions.ts";
import { publishConfig } from "./publish-config.ts";
import { readConfig } from "./read-config.ts";
import { validateConfig } from "./validate-config.ts";

const closing: (() => Promise<void>)[] = [];
let stage: ReturnType<typeof openStage>;

beforeEach(async () => {
  const database = await createTestDatabase();
  stage = openStage(database.databaseUrl);
  const { db } = stage;
  closing.push(async () => {
    await db.$disconnect();
    await database.drop();
  });
});

afterAll(async () => {
  for (const close of closing) await close();
});

const publish = (input: number, extra: { expectedVersion?: number; author?: string } = {}) =>
  publishConfig(stage.operator, { source: sourceWithPrice(input), message: `price ${input}`, ...extra }, deps);

describe("publishing", () => {
  test("stores a version, activates it, and signs it with who did it", async () => {
    const { number, isNew } = await publish(1, { author: "somebody else" });
    expect(isNew).toBe(true);
    const active = await readConfig(stage.viewer, { number: "active" });
    expect(active).toMatchObject({ number, author: "admin-key:k1", message: "price 1", isActive: true });
    expect(active.document.models[0]?.price?.input).toBe("1");
  });

  test("takes secrets out: stored encrypted, in no version, diff, audit row or answer", async () => {
    const published = await publish(1);
    const [secret] = await stage.db.secret.findMany();
    expect(secret?.name).toMatch(/^up\/a\/[0-9a-f]{16}$/);
    const { document } = await readConfig(stage.viewer, {});
    expect(document.providers[0]?.credentials?.[0]?.secret).toBe(`secret:${secret?.name}`);
    if (secret) expect(openSecret(secret, { name: secret.name, secretsKey })).toBe("sk-very-secret");
    const everything = JSON.stringify([
      published,
      document,
      await stage.db.configVersion.findMany(),
      await stage.db.auditLog.findMany(),
      (await stage.db.secret.findMany()).map((row) => Buffer.from(row.ciphertext).toString("latin1")),
    ]);
    expect(everything).not.toContain("sk-very-secret");
  });

  test("what is active already makes no new version, in whatever spelling", async () => {
    const first = await publish(1);
    const again = await publishConfig(
      stage.operator,
      { source: JSON.stringify(sourceWithPrice(1)).replace('"input":1', '"input":"1.000"'), message: "again" },
      deps,
    );
    expect(again).toMatchObject({ number: first.number, isNew: false });
    expect(await stage.db.configVersion.count()).toBe(1);
    expect(await stage.db.secret.count()).toBe(1);
    expect(await stage.db.auditLog.count()).toBe(1);
  });

  test("its own export can be published again and changes nothing", async () => {
    const { number } = await publish(1);
    const { document } = await readConfig(stage.viewer, {});
    const source: Record<string, unknown> = JSON.parse(JSON.stringify(document));
    expect(await publishConfig(stage.operator, { source, message: "back" }, deps)).toMatchObject({
      number,
      isNew: false,
    });
  });

  test("409: another version has become active since the author looked", async () => {
    const { number } = await publish(1, { expectedVersion: 0 });
    await publish(2, { expectedVersion: number });
    await expect(publish(3, { expectedVersion: number })).rejects.toMatchObject({ code: "conflict" });
    expect(await stage.db.configVersion.count()).toBe(2);
  });

  test("of twenty publishers at once who saw the same version, one wins and the rest hear of a conflict", async () => {
    const { number } = await publish(1);
    // Opens every connection of the pool, so that the publishers really meet.
    await Promise.all(Array.from({ length: 12 }, () => stage.db.$queryRaw`SELECT 1 FROM pg_sleep(0.05)`));
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => publish(index + 2, { expectedVersion: number })),
    );
    const lost = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(lost).toHaveLength(19);
    for (const reason of lost) expect(reason).toMatchObject({ code: "conflict" });
    expect(await stage.db.configActivation.count()).toBe(2);
  });

  test("the same document from ten publishers at once is one version", async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => publish(5)));
    expect(new Set(results.map(({ number }) => number)).size).toBe(1);
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  test("400: a wrong document is refused with all its problems, and nothing is stored", async () => {
    const source = {
      ...sourceWithPrice(1),
      models: [{ id: "m", deployments: [{ id: "d", provider: "nowhere", upstreamModel: "x" }] }],
    };
    await expect(publishConfig(stage.operator, { source, message: "x" }, deps)).rejects.toMatchObject({
      code: "invalid_field",
      param: "models[0].price",
      message: expect.stringContaining('models[0].deployments[0].provider: there is no provider "nowhere"'),
    });
    expect(await stage.db.configVersion.count()).toBe(0);
    expect(await stage.db.secret.count()).toBe(0);
  });

  test("400: a reference to a secret that nobody stored is refused by its place: it may be the secret itself", async () => {
    const source = sourceWithPrice(1, [{ id: "a", secret: "secret:up/a/ffffffffffffffff" }]);
    await expect(publishConfig(stage.operator, { source, message: "x" }, deps)).rejects.toMatchObject({
      param: "providers[0].credentials[0].secret",
      message: expect.not.stringContaining("ffffffffffffffff"),
    });
  });

  test("is audited with versions and checksum", async () => {
    const { number, checksum } = await publish(1);
    const [row] = await stage.db.auditLog.findMany();
    expect(row).toMatchObject({
      action: "config.publish",
      target: `${number}`,
      actorId: "k1",
      before: { version: null },
      after: { version: number, checksum, message: "price 1" },
    });
  });
});

describe("going back", () => {
  test("activates an older version, and says so in the audit log", async () => {
    const first = await publish(1);
    const second = await publish(2);
    expect(await activateConfig(stage.operator, { number: first.number }, deps)).toEqual({
      number: first.number,
      isActivated: true,
    });
    expect((await readConfig(stage.viewer, {})).document.models[0]?.price?.input).toBe("1");
    const [row] = await stage.db.auditLog.findMany({ where: { action: "config.activate" } });
    expect(row).toMatchObject({ before: { version: second.number }, after: { version: first.number } });
  });

  test("activating what is active does nothing", async () => {
    const { number } = await publish(1);
    expect(await activateConfig(stage.operator, { number }, deps)).toEqual({ number, isActivated: false });
    expect(await stage.db.configActivation.count()).toBe(1);
  });

  test("404: an unknown version; 409: another one is active by now; 409: this build does not accept it", async () => {
    const { number } = await publish(1);
    await expect(activateConfig(stage.operator, { number: 999 }, deps)).rejects.toMatchObject({ code: "not_found" });
    await expect(activateConfig(stage.operator, { number, expectedVersion: 999 }, deps)).rejects.toMatchObject({
      code: "conflict",
    });
    const registry = { providerOf: () => undefined };
    await expect(activateConfig(stage.operator, { number }, { registry })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("is not a provider kind"),
    });
  });
});

describe("reading", () => {
  test("lists versions newest first, page by page, and marks the active one", async () => {
    const numbers = [];
    for (const input of [1, 2, 3, 4, 5]) numbers.push((await publish(input)).number);
    const first = await listConfigVersions(stage.viewer, { limit: 2 });
    const second = await listConfigVersions(stage.viewer, { limit: 2, cursor: first.nextCursor ?? "" });
    const third = await listConfigVersions(stage.viewer, { limit: 2, cursor: second.nextCursor ?? "" });
    const all = [...first.items, ...second.items, ...third.items];
    expect(all.map(({ number }) => number)).toEqual(numbers.toReversed());
    expect(all.filter(({ isActive }) => isActive).map(({ number }) => number)).toEqual([numbers[4]]);
    expect(third.nextCursor).toBeNull();
  });

  test("404: before anything is active, and for an unknown number", async () => {
    await expect(readConfig(stage.viewer, {})).rejects.toMatchObject({ code: "not_found" });
    await expect(readConfig(stage.viewer, { number: 7 })).rejects.toMatchObject({ code: "not_found" });
  });

  test("compares a source with the active version, and two versions, by meaning", async () => {
    const none = await diffConfig(stage.viewer, { source: sourceWithPrice(1) }, deps);
    expect(none.from).toBeNull();
    expect(JSON.stringify(none)).not.toContain("sk-very-secret");
    const first = await publish(1);
    expect((await diffConfig(stage.viewer, { source: sourceWithPrice(1) }, deps)).lines).toEqual([]);
    const second = await publish(2);
    const { from, lines } = await diffConfig(stage.viewer, { from: first.number, to: second.number }, deps);
    expect(from).toBe(first.number);
    expect(lines).toEqual([{ kind: "changed", path: "models[m].price.input", before: '"1"', after: '"2"' }]);
    const [one, two] = [
      await readConfig(stage.viewer, { number: first.number }),
      await readConfig(stage.viewer, { number: second.number }),
    ];
    expect(diffConfiguration(one.document, two.document)).toEqual(lines);
  });

  test("a wrong source is validated, not thrown", async () => {
    expect(await validateConfig(stage.viewer, { source: "version: 2" }, deps)).toMatchObject({
      isValid: false,
      errors: [{ path: "version" }, { path: "providers" }, { path: "models" }],
    });
    expect(await validateConfig(stage.viewer, { source: sourceWithPrice(1) }, deps)).toMatchObject({
      isValid: true,
      errors: [],
    });
  });
});

describe("403", () => {
  test("a platform viewer reads but neither publishes nor activates", async () => {
    const { number } = await publish(1);
    await expect(publishConfig(stage.viewer, { source: sourceWithPrice(2), message: "x" }, deps)).rejects.toMatchObject(
      { code: "forbidden" },
    );
    await expect(activateConfig(stage.viewer, { number }, deps)).rejects.toMatchObject({ code: "forbidden" });
    expect(await stage.db.auditLog.count()).toBe(1);
  });

  test("who has no platform role sees nothing", async () => {
    const calls = [
      readConfig(stage.stranger, {}),
      listConfigVersions(stage.stranger, {}),
      diffConfig(stage.stranger, { source: sourceWithPrice(1) }, deps),
      validateConfig(stage.stranger, { source: sourceWithPrice(1) }, deps),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "forbidden" });
  });
});
