import { z } from "zod";
import { ERROR_STATUS } from "#lib/base/errors";
import { type AdminRoute, noBody } from "./route.ts";
import { ADMIN_PATH, ADMIN_ROUTES } from "./table.ts";

type Json = { readonly [key: string]: unknown };

const refusal = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERROR_STATUS)),
      message: z.string(),
      param: z.string().nullable(),
      requestId: z.string(),
    }),
  })
  .describe("A refusal. `code` is stable; `message` is for people.");

/** Gives the OpenAPI 3.1 document of the very table the server answers from. */
export function openApiDocument(publicUrl: string): Json {
  return {
    openapi: "3.1.0",
    info: { title: "Switchyard Admin API", version: "1" },
    servers: [{ url: new URL(ADMIN_PATH, publicUrl).toString() }],
    security: [{ adminKey: [] }],
    components: {
      securitySchemes: { adminKey: { type: "http", scheme: "bearer", bearerFormat: "sk-sy-admin-…" } },
      schemas: { Refusal: schemaOf(refusal, "output") },
    },
    paths: pathsOf(ADMIN_ROUTES),
  };
}

function pathsOf(routes: readonly AdminRoute[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  return paths;
}

function operationOf(route: AdminRoute): Json {
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.path.split("/")[1]],
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(route.takesIdempotencyKey ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(route.body === noBody ? {} : { requestBody: bodyOf(route) }),
    responses: {
      [route.status]: { description: "Done", content: jsonOf(schemaOf(route.output, "output")) },
      default: { description: "Refused", content: jsonOf({ $ref: "#/components/schemas/Refusal" }) },
    },
  };
}

const IDEMPOTENCY_KEY = {
  name: "idempotency-key",
  in: "header",
  required: false,
  description:
    "The same key with the same body is answered again and done once; with another body it is refused with 409.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

const bodyOf = (route: AdminRoute): Json => ({
  required: true,
  content: {
    ...jsonOf(schemaOf(route.body, "input")),
    ...(route.takesYaml ? { "application/yaml": { schema: { type: "string" } } } : {}),
  },
});

function parametersOf(shape: z.ZodObject, where: "path" | "query"): readonly Json[] {
  return Object.entries(shape.shape).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path" || !z.safeParse(z.object({ value: schema }), {}).success,
    schema: schemaOf(schema, "input"),
  }));
}

const jsonOf = (schema: Json): Json => ({ "application/json": { schema } });

/** JSON Schema of what goes in or comes out; a coerced number is shown as the number it is read as. */
function schemaOf(schema: z.core.$ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
