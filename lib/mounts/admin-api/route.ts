import { z } from "zod";
import type { ConfigDeps } from "#lib/features/config/config-deps";
import type { PlatformContext } from "#lib/features/context";
import type { QueueDepth } from "../pg-queue.ts";

export type AdminDeps = ConfigDeps & {
  readonly keyPepper: string;
  readonly queueDepth: () => Promise<readonly QueueDepth[]>;
};

/** What comes with a call, not yet read. */
export type RawCall = {
  readonly ctx: PlatformContext;
  readonly deps: AdminDeps;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
};

type Method = "GET" | "POST" | "DELETE";

/** A line of the route table: everything the server and the OpenAPI document need to know. */
type Shape<P, Q, B, O> = {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly status: 200 | 201;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly takesYaml: boolean;
  readonly takesIdempotencyKey: boolean;
  readonly output: O;
};

export type AdminRoute = Shape<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType> & {
  readonly run: (call: RawCall) => Promise<unknown>;
};

/** The same value where nobody may change it: what verbs give. */
type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Fixed<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Fixed<T[Key]> }
    : T;

type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O extends z.ZodType> = Shape<
  P,
  Q,
  B,
  O
> & {
  readonly run: (
    call: Omit<RawCall, "params" | "query" | "body"> & {
      readonly params: z.output<P>;
      readonly query: z.output<Q>;
      readonly body: z.output<B>;
    },
  ) => Promise<Fixed<z.input<O>>>;
};

export const noBody = z.undefined();

/** The route that takes nothing: others name what they add to it. */
export const plain = {
  status: 200,
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: noBody,
  takesYaml: false,
  takesIdempotencyKey: false,
} as const;

/** Makes a route of its definition: path, query and body are read before it runs. */
export function defineRoute<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, O extends z.ZodType>(
  definition: Definition<P, Q, B, O>,
): AdminRoute {
  const { params, query, body, run } = definition;
  return {
    ...definition,
    run: async (call) =>
      run({
        ...call,
        params: params.parse(call.params),
        query: query.parse(call.query),
        body: body.parse(call.body),
      }),
  };
}
