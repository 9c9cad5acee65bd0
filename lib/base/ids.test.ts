import { expect, it } from "vitest";
import { isUuid, newId, newRequestId } from "./ids.ts";

const AT = 1_764_115_200_123;
const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

it("a request's id is a UUIDv7 of the time it was admitted, to the millisecond", () => {
  const id = newRequestId(AT + 0.9);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(isUuid(id)).toBe(true);
  expect(timeOf(id)).toBe(AT);
  expect(timeOf(newRequestId(1))).toBe(1);
  expect(timeOf(newId(AT))).toBe(AT);
});

it("ids of one millisecond are all different, and every bit that may vary does", () => {
  const ids = Array.from({ length: 2_000 }, () => newRequestId(AT));
  expect(new Set(ids).size).toBe(ids.length);
  const digitsAt = (place: number) => new Set(ids.map((id) => id[place])).size;
  const fixed = [8, 13, 14, 18, 23];
  for (let place = 15; place < 36; place++)
    if (!fixed.includes(place)) expect(digitsAt(place)).toBe(place === 19 ? 4 : 16);
});
