import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import OpenAI from "openai";
import { openAiCompatibleProvider } from "#lib/gateway/providers/openai-compatible/index";
import type { Provider } from "#lib/gateway/providers/provider";
import { type Asked, type Script, type ScriptedUpstream, startScriptedUpstream } from "./client-upstream.ts";
import { type Bench, deploymentOf, modelOf } from "./gateway.ts";
import { type Door, type DoorName, openDoor } from "./two-doors.ts";

/** What a client was told with one answer that it may act on by itself. */
export type Told = {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly retryAfterMs: string | null;
  readonly shouldRetry: string | null;
};

/** One way from a client to an upstream: without the gateway, or through one of its mounts. */
export type Route = {
  readonly name: "without" | DoorName;
  readonly baseURL: string;
  readonly apiKey: string;
  /** What this way's own upstream was asked for a model. */
  readonly askedFor: (model: string) => readonly Asked[];
  /** What the gateway recorded; absent without it. */
  readonly bench?: Bench;
};

export type Routes = {
  readonly without: Route;
  readonly through: readonly (Route & { readonly bench: Bench })[];
  readonly close: () => Promise<void>;
};

export const UPSTREAM_SECRET = "upstream-secret";
export const CALLER_KEY = "good-key";

/** Three ways to three equal upstreams, so that what each of them is asked can be told apart. */
export const openRoutes = (scripts: ReadonlyMap<string, Script>): Promise<Routes> =>
  openRoutesTo({ models: [...scripts.keys()], start: () => startScriptedUpstream(scripts) });

type Upstreams = {
  readonly models: readonly string[];
  readonly start: () => Promise<ScriptedUpstream>;
  readonly providerOf?: (model: string) => Provider;
};

/** The same in front of upstreams of any kind. */
export async function openRoutesTo({ models, start, providerOf }: Upstreams): Promise<Routes> {
  const direct = await start();
  const doors = await Promise.all(
    (["node", "web"] as const).map(async (name) => {
      const upstream = await start();
      const baseUrl = `${upstream.origin}/v1`;
      const behind = models.map((id) =>
        modelOf({
          id,
          deployments: [
            deploymentOf({
              id: `${id}/main`,
              provider: providerOf?.(id) ?? openAiCompatibleProvider,
              baseUrl,
              upstreamModel: id,
            }),
          ],
        }),
      );
      return { upstream, door: await openDoor(name, behind) };
    }),
  );
  return {
    without: {
      name: "without",
      baseURL: `${direct.origin}/v1`,
      apiKey: UPSTREAM_SECRET,
      askedFor: direct.askedFor,
    },
    through: doors.map(({ door, upstream }) => ({ ...routeOf(door), askedFor: upstream.askedFor, bench: door.bench })),
    close: async () => {
      await direct.close();
      for (const { door, upstream } of doors) {
        await door.close();
        await upstream.close();
      }
    },
  };
}

const routeOf = ({ name, origin }: Door) => ({ name, baseURL: `${origin}/v1`, apiKey: CALLER_KEY });

/** A client of the official package, made to wait a millisecond where it would wait seconds: what it was told is kept. */
export const openaiAt = (route: Pick<Route, "baseURL" | "apiKey">, told: Told[] = []) =>
  new OpenAI({ baseURL: route.baseURL, apiKey: route.apiKey, fetch: impatientFetch(told), logLevel: "off" });

/** The same of the `ai` package. */
export const aiSdkAt = (
  route: Pick<Route, "baseURL" | "apiKey">,
  told: Told[] = [],
  { includeUsage = false }: { readonly includeUsage?: boolean } = {},
) =>
  createOpenAICompatible({
    name: "switchyard",
    baseURL: route.baseURL,
    apiKey: route.apiKey,
    includeUsage,
    supportsStructuredOutputs: true,
    fetch: impatientFetch(told),
  });

/** Its provider of OpenAI alone, which has words for what the other has none. */
export const aiOpenaiAt = (route: Pick<Route, "baseURL" | "apiKey">, told: Told[]) =>
  createOpenAI({ baseURL: route.baseURL, apiKey: route.apiKey, fetch: impatientFetch(told) });

function impatientFetch(told: Told[]): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init);
    told.push({
      status: answer.status,
      retryAfter: answer.headers.get("retry-after"),
      retryAfterMs: answer.headers.get("retry-after-ms"),
      shouldRetry: answer.headers.get("x-should-retry"),
    });
    const headers = new Headers(answer.headers);
    headers.delete("retry-after");
    headers.set("retry-after-ms", "1");
    return new Response(answer.body, { status: answer.status, headers });
  };
}
