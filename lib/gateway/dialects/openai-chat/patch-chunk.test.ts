import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChunkPatcher } from "./patch-chunk.ts";
import { patchReply } from "./patch-reply.ts";

const EDITS = [
  { model: "shown", withoutUsage: true },
  { model: "shown", withoutUsage: false },
  { model: undefined, withoutUsage: true },
  { model: undefined, withoutUsage: false },
];

const chunk = fc.record(
  {
    id: fc.constantFrom("a", "b"),
    model: fc.constantFrom("x", 'x","usage":null}', "other"),
    choices: fc.array(fc.record({ delta: fc.record({ content: fc.string() }) }), { maxLength: 2 }),
    nested: fc.constantFrom({ model: "x", usage: null }, {}),
    usage: fc.constantFrom(null, { prompt_tokens: 1 }),
  },
  { requiredKeys: [] },
);

const parsed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

describe("a stream's chunks", () => {
  it.each(EDITS)("are edited as if each stood alone (%o)", (edits) => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), fc.boolean(), (chunks, isSpaced) => {
        const patch = createChunkPatcher(edits);
        for (const one of chunks) {
          const bytes = Buffer.from(JSON.stringify(one, null, isSpaced ? 1 : 0));
          expect(parsed(patch(bytes, one))).toEqual(parsed(patchReply(bytes, edits)));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
