import { describe, expect, test } from "vitest";
import { toJsonSchema } from "./schema.ts";

describe("Google's schema as JSON Schema", () => {
  test("types are written small wherever a schema stands, and nowhere else", () => {
    expect(
      toJsonSchema({
        type: "OBJECT",
        properties: {
          type: { type: "STRING", enum: ["STRING", "NUMBER"], default: "STRING" },
          list: { type: "ARRAY", items: { type: "INTEGER" }, min_items: "1" },
          any: { anyOf: [{ type: "NUMBER" }, { type: "BOOLEAN" }] },
        },
        required: ["type"],
        propertyOrdering: ["type", "list"],
      }),
    ).toStrictEqual({
      type: "object",
      properties: {
        type: { type: "string", enum: ["STRING", "NUMBER"], default: "STRING" },
        list: { type: "array", items: { type: "integer" }, minItems: 1 },
        any: { anyOf: [{ type: "number" }, { type: "boolean" }] },
      },
      required: ["type"],
      propertyOrdering: ["type", "list"],
    });
  });

  test("nullable is the type null, and a choice that may be null names it", () => {
    expect(toJsonSchema({ type: "STRING", nullable: true })).toStrictEqual({ type: ["string", "null"] });
    expect(toJsonSchema({ type: "STRING", nullable: true, enum: ["a"] })).toStrictEqual({
      type: ["string", "null"],
      enum: ["a", null],
    });
    expect(toJsonSchema({ anyOf: [{ type: "STRING" }], nullable: true })).toStrictEqual({
      anyOf: [{ type: "string" }, { type: "null" }],
    });
    expect(toJsonSchema({ type: ["STRING", "NULL"], nullable: true })).toStrictEqual({ type: ["string", "null"] });
    expect(toJsonSchema({ type: "STRING", nullable: false })).toStrictEqual({ type: "string" });
  });

  test("an unspecified type is none", () => {
    expect(toJsonSchema({ type: "TYPE_UNSPECIFIED", description: "x" })).toStrictEqual({ description: "x" });
  });
});
