import { generateText, streamText } from "ai";
import type OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { providerOf } from "#lib/gateway/providers/registry";
import { type Call, outcomeOf } from "#tests/support/client-outcome";
import { areRecordingsThere, type Recorded, recordings } from "#tests/support/client-recordings";
import { aiSdkAt, openaiAt, openRoutesTo, type Routes } from "#tests/support/client-routes";
import { type Fields, startScriptedUpstream } from "#tests/support/client-upstream";

const MESSAGES = [{ role: "user" as const, content: "What is said in the yard?" }];
const WITH_USAGE = { stream: true, stream_options: { include_usage: true } } as const;

const all = recordings();
const kindOf = (model: string) => {
  const found = providerOf(all.find(({ name }) => name === model)?.kind ?? "");
  if (found === undefined) throw new Error(`there is no provider of ${model}`);
  return found;
};

let routes: Routes;
beforeAll(async () => {
  const scripts = new Map(all.map(({ name, answer }) => [name, () => answer]));
  const models = [...scripts.keys()];
  routes = await openRoutesTo({ models, start: () => startScriptedUpstream(scripts), providerOf: kindOf });
});
afterAll(() => routes?.close());

/** A stream put together: where the usage stood in it is the upstream's way, and not part of what was said. */
function joined(chunks: readonly OpenAI.ChatCompletionChunk[]) {
  const said: Record<string, string> = {};
  const add = (place: string, text: unknown) => {
    if (typeof text === "string" && text !== "") said[place] = (said[place] ?? "") + text;
  };
  for (const { choices } of chunks) {
    for (const { index, delta, finish_reason } of choices) {
      const { tool_calls: calls = [], ...rest }: { tool_calls?: typeof delta.tool_calls } = delta ?? {};
      for (const [name, text] of Object.entries(rest)) add(`${index} ${name}`, text);
      for (const { index: at, id, function: called } of calls ?? []) {
        add(`${index} call ${at} id`, id);
        add(`${index} call ${at} name`, called?.name);
        add(`${index} call ${at} arguments`, called?.arguments);
      }
      add(`${index} finish`, finish_reason);
    }
  }
  return { said, usage: chunks.findLast(({ usage }) => usage)?.usage };
}

/** What the openai package has of a recording: asked as it was, where that is known. */
function askOpenai({ name: model, operation, isStream, asked }: Recorded): Call["ask"] {
  const given = { ...asked, model };
  return async (route, told) => {
    const client = openaiAt(route, told);
    if (operation === "embeddings") return client.embeddings.create({ input: "x", ...given });
    if (operation === "completions" && !isStream)
      return client.completions.create({ prompt: "Once", ...given, stream: false });
    if (operation === "completions")
      return collected(await client.completions.create({ prompt: "Once", ...given, ...WITH_USAGE }));
    if (!isStream) return client.chat.completions.create({ messages: MESSAGES, ...given, stream: false });
    return joined(
      await collected(await client.chat.completions.create({ messages: MESSAGES, ...given, ...WITH_USAGE })),
    );
  };
}

async function collected<Chunk>(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** What the ai package has of a chat. */
function askAi({ name, isStream }: Recorded): Call["ask"] {
  return async (route, told) => {
    const model = aiSdkAt(route, told, { includeUsage: isStream })(name);
    if (!isStream) {
      const { content, finishReason, usage } = await generateText({ model, messages: MESSAGES, maxRetries: 0 });
      return { content, finishReason, usage };
    }
    let failure: unknown;
    const stream = streamText({ model, messages: MESSAGES, maxRetries: 0, onError: ({ error }) => (failure = error) });
    await stream.consumeStream();
    if (failure) throw failure;
    return { content: await stream.content, finishReason: await stream.finishReason, usage: await stream.usage };
  };
}

const answered = all.filter(({ answer }) => answer.status === 200);
const refused = all.filter(({ answer }) => answer.status === 400);

it.skipIf(!areRecordingsThere && process.env.CI !== "true")("the recordings are there, in ../shared/recordings", () => {
  expect(answered.length).toBeGreaterThanOrEqual(30);
  expect(refused.length).toBeGreaterThanOrEqual(3);
});

describe.skipIf(!areRecordingsThere)(
  "of a recorded answer a client has through the gateway what it has without",
  () => {
    it.each(answered)("openai: $name", (recorded) => expectSame({ model: recorded.name, ask: askOpenai(recorded) }));

    it.each(answered.filter(({ operation }) => operation === "chat"))("ai: $name", (recorded) =>
      expectSame({ model: recorded.name, ask: askAi(recorded) }),
    );
  },
);

describe.skipIf(!areRecordingsThere)("of a recorded refusal a client has the same exception", () => {
  it.each(refused)("openai: $name", ({ asked: _asked, ...recorded }) =>
    expectSame({ model: recorded.name, ask: askOpenai(recorded) }),
  );

  it.each(refused.filter(({ asked }) => asked))(
    "openai, asked as it was, which we refuse ourselves: $name",
    async (recorded) => {
      const call = { model: recorded.name, ask: askOpenai(recorded) };
      const without = await outcomeOf(call, routes.without);
      for (const route of routes.through) {
        const before = route.askedFor(recorded.name).length;
        const through = await outcomeOf(call, route);
        const { class: kind, status, type } = without.error ?? {};
        expect(through.error, route.name).toMatchObject({ class: kind, status, type, code: "invalid_field" });
        expect(through.sent).toHaveLength(before);
      }
    },
  );
});

async function expectSame(call: Call): Promise<void> {
  const without = await outcomeOf(call, routes.without);
  for (const route of routes.through) {
    const through = await outcomeOf(call, route);
    const seen: Fields = { result: through.result, error: through.error, told: through.told };
    expect(seen, route.name).toEqual({ result: without.result, error: without.error, told: without.told });
    expect(through.sent.length).toBe(without.sent.length);
  }
}
