import { expect, test } from "vitest";
import { readSource } from "#lib/gateway/configuration/read-source";
import { providerOf } from "#lib/gateway/providers/registry";
import { benchConfiguration } from "./configuration.ts";
import { ROWS } from "./rows/all.ts";

test("all rows together are measured with a configuration that the gateway takes", () => {
  const models = Object.values(ROWS).flatMap((plan) => plan.models);
  const source = benchConfiguration("http://127.0.0.1:1", models);
  expect(readSource(source, { providerOf })).toMatchObject({ ok: true, warnings: [] });
  expect(new Set(source.models.map(({ id }) => id))).toEqual(new Set(models));
});
