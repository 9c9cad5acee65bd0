import { APICallError, NoObjectGeneratedError, RetryError } from "ai";
import OpenAI from "openai";
import type { Route, Told } from "./client-routes.ts";
import type { Fields } from "./client-upstream.ts";

/** All that a client's caller can see of a call, and all that the upstream saw of it. */
export type Outcome = {
  readonly result?: unknown;
  readonly error?: Fields;
  readonly told: readonly Told[];
  /** The bodies the upstream received, one for each request. */
  readonly sent: readonly Fields[];
};

export type Call = {
  readonly model: string;
  /** Asks for what the row is about and gives what came of it as plain data. */
  readonly ask: (route: Route, told: Told[]) => Promise<unknown>;
};

/** Makes a call by one way and gives what came of it; a failure is an outcome too. */
export async function outcomeOf({ model, ask }: Call, route: Route): Promise<Outcome> {
  const told: Told[] = [];
  const came = await ask(route, told).then(
    (result) => ({ result: plain(result) }),
    (thrown: unknown) => ({ error: errorOf(thrown) }),
  );
  return { ...came, told, sent: route.askedFor(model).map(({ body }) => body) };
}

/** Data alone: what a package keeps beside it (headers, ids of the transport) is not part of an answer. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** An exception of either package as plain data; of any other, its name and words. */
export function errorOf(thrown: unknown): Fields {
  if (thrown instanceof OpenAI.APIError) {
    const { status, code, type, param, message } = thrown;
    return { class: thrown.constructor.name, status, code, type, param, message };
  }
  if (RetryError.isInstance(thrown))
    return { class: thrown.name, reason: thrown.reason, last: errorOf(thrown.lastError) };
  if (APICallError.isInstance(thrown)) {
    const { name, statusCode, isRetryable, message, data } = thrown;
    return { class: name, status: statusCode, isRetryable, message, data: plain(data) };
  }
  if (NoObjectGeneratedError.isInstance(thrown)) return { class: thrown.name, text: thrown.text };
  if (thrown instanceof Error) return { class: thrown.name, message: thrown.message };
  return { class: typeof thrown, said: plain(thrown) };
}

/** What the upstream receives more than the caller sent: the gateway asks for the usage of every stream, to bill it. */
export const withUsageAsked = (body: Fields): Fields =>
  body.stream === true ? { ...body, stream_options: { ...Object(body.stream_options), include_usage: true } } : body;
