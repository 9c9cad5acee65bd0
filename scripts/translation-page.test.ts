import { expect, test } from "vitest";
import { FEATURES } from "#tests/contract/translation/cells";
import { ORDER, outcomeOf } from "#tests/contract/translation/feature";
import { isPageFresh } from "./translation-page.ts";

test("docs/translation.md is what the table makes: run `node scripts/translation-page.ts`", () => {
  expect(isPageFresh()).toBe(true);
});

test("what is promised is carried in every pair that can say it", () => {
  for (const feature of FEATURES.filter(({ isPromised }) => isPromised))
    for (const caller of ORDER)
      for (const upstream of ORDER)
        expect(["carried", "unsayable"], `${feature.id}, ${caller}, ${upstream}`).toContain(
          outcomeOf(feature, caller, upstream),
        );
});

test("every cell has an outcome, and every loss names its field", () => {
  for (const feature of FEATURES) {
    expect(feature.cells, feature.id).toMatch(/^[cmdr-]{4}( [cmdr-]{4}){3}$/);
    if (/[mdr]/.test(feature.cells)) expect(feature.field, feature.id).toBeDefined();
  }
  expect(new Set(FEATURES.map(({ id }) => id)).size).toBe(FEATURES.length);
});
