import fc from "fast-check";
import { expect, it } from "vitest";
import { createByteCollector } from "./bytes.ts";

const piece = fc.uint8Array({ maxLength: 5_000 });

it("gives the pieces as one, and leaves each as it was", () => {
  fc.assert(
    fc.property(fc.array(piece), fc.nat(40_000), (pieces, expected) => {
      const before = pieces.map((one) => Buffer.from(one));
      const collector = createByteCollector(expected);
      for (const one of pieces) collector.push(one);
      expect(collector.length()).toBe(Buffer.concat(before).length);
      expect(Buffer.compare(collector.take(), Buffer.concat(before))).toBe(0);
      expect(pieces.map((one) => Buffer.from(one))).toEqual(before);
    }),
  );
});

it("one piece is not copied", () => {
  const collector = createByteCollector();
  const one = Buffer.from("one");
  collector.push(one);
  expect(collector.take().buffer).toBe(one.buffer);
});
