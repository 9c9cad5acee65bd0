import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChatStream } from "#tests/support/chat-stream";
import { MODEL, openReplay } from "#tests/support/replay";
import type { Failure, Provider } from "./provider.ts";
import { providerOf } from "./registry.ts";

const HERE = new URL("./", import.meta.url);
const folders = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What every provider's fixtures say, in its own form. */
const CONTENT = "Hello from the yard.";
const CALL = { name: "get_weather", arguments: { city: "Paris" } };
const INPUT_TOKENS = 24;
const OUTPUT_TOKENS = 12;

const NOT_FINISHED = /"(finish_reason|stop_reason|finishReason)"(\s*:\s*)"[^"]+"/g;

type ErrorFixture = {
  readonly status: number;
  readonly failure: Failure["kind"];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const fixture = (folder: string, name: string) => readFileSync(new URL(`./${folder}/fixtures/${name}`, HERE), "utf8");

const errorNames = (folder: string) =>
  existsSync(new URL(`./${folder}/fixtures/`, HERE))
    ? readdirSync(new URL(`./${folder}/fixtures/`, HERE)).filter((name) => /^error-.+\.json$/.test(name))
    : [];

const json = (body: string) => ({ status: 200, headers: { "content-type": "application/json" }, body });
const sse = (body: string) => ({ status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" }, body });
const withUnknownFinish = (text: string) => text.replace(NOT_FINISHED, '"$1"$2"a_reason_of_tomorrow"');

let bench: Awaited<ReturnType<typeof openReplay>>;
beforeAll(async () => {
  bench = await openReplay();
});
afterAll(() => bench.close());

describe.each(folders)("the folder %s", (folder) => {
  it("holds one provider, registered under its name", async () => {
    const module: Record<string, unknown> = await import(`./${folder}/index.ts`);
    const registered = providerOf(folder);
    expect(registered).toBeDefined();
    expect(Object.values(module)).toContain(registered);
    expect(registered?.kind).toBe(folder);
  });

  it("has its fixtures and a test of its own", () => {
    if (providerOf(folder)?.isSimulated) return;
    const names = readdirSync(new URL(`./${folder}/fixtures/`, HERE));
    expect(names).toEqual(expect.arrayContaining(["chat.json", "tool-call.json", "stream.sse"]));
    const failures = errorNames(folder).map((name) => JSON.parse(fixture(folder, name)).failure);
    expect(failures).toEqual(expect.arrayContaining(["rate-limit", "context-too-long"]));
    expect(existsSync(new URL(`./${folder}/${folder}.test.ts`, HERE))).toBe(true);
  });
});

const real = folders
  .map(providerOf)
  .filter((provider) => provider !== undefined)
  .filter(({ isSimulated }) => !isSimulated)
  .map((provider): [string, Provider] => [provider.kind, provider]);

describe.each(real)("%s through the gateway", (kind, provider) => {
  const usage = { inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS, isEstimated: false };

  it("chat: the caller gets the text, the record the usage, the upstream its model and the credential", async () => {
    const canned = json(fixture(kind, "chat.json"));
    const { status, text, record, received } = await bench.replay({
      provider,
      canned,
      upstreamModel: "upstream-model",
    });
    expect(status).toBe(200);
    const { choices, model } = JSON.parse(text);
    expect(choices[0].message).toMatchObject({ role: "assistant", content: CONTENT });
    expect(choices[0].finish_reason).toBe("stop");
    expect(model).toBe(MODEL);
    expect(record).toMatchObject({ outcome: "completed", provider: kind, usage });
    expect(Object.values(received?.headers ?? {}).filter((value) => value?.includes("upstream-secret"))).toHaveLength(
      1,
    );
    expect(`${received?.path} ${JSON.stringify(received?.body)}`).toContain("upstream-model");
    expect(received?.path).not.toContain("upstream-secret");
  });

  it("tool call: name, arguments and finish reason arrive", async () => {
    const { text, record } = await bench.replay({ provider, canned: json(fixture(kind, "tool-call.json")) });
    const { choices } = JSON.parse(text);
    const [call] = choices[0].message.tool_calls;
    expect(call.id).toMatch(/./);
    expect({ name: call.function.name, arguments: JSON.parse(call.function.arguments) }).toEqual(CALL);
    expect(choices[0].finish_reason).toBe("tool_calls");
    expect(record.usage).toMatchObject(usage);
  });

  it("stream: the text arrives and ends once; usage is billed, and shown only where it was asked for", async () => {
    const canned = sse(fixture(kind, "stream.sse"));
    const plain = await bench.replay({ provider, canned, body: { stream: true } });
    const seen = readChatStream(plain.text);
    expect(seen).toMatchObject({ content: CONTENT, finishReasons: ["stop"], usages: [], isDone: true });
    expect(plain.record).toMatchObject({ outcome: "completed", usage });
    expect(plain.received?.body.stream_options).toEqual(provider.asksUsage ? { include_usage: true } : undefined);
    const asked = await bench.replay({
      provider,
      canned,
      body: { stream: true, stream_options: { include_usage: true } },
    });
    expect(readChatStream(asked.text)).toMatchObject({ content: CONTENT, finishReasons: ["stop"], isDone: true });
    expect(asked.received?.body.stream_options).toEqual(provider.asksUsage ? { include_usage: true } : undefined);
  });

  it("stream: one that breaks off is a failure, never a short success", async () => {
    const whole = fixture(kind, "stream.sse");
    const body = whole.slice(0, whole.indexOf("\n\n", whole.indexOf(" from the")) + 2);
    const { text, record } = await bench.replay({ provider, canned: sse(body), body: { stream: true } });
    const seen = readChatStream(text);
    expect(seen).toMatchObject({ isDone: false, finishReasons: [] });
    expect(seen.error).toMatchObject({ code: "upstream_failed" });
    expect(record).toMatchObject({ outcome: "failed", usage: { isEstimated: true } });
    expect(record.usage.outputTokens).toBeGreaterThan(0);
  });

  it("an unknown finish reason is a finish, plain and streamed", async () => {
    const plain = await bench.replay({ provider, canned: json(withUnknownFinish(fixture(kind, "chat.json"))) });
    expect(JSON.parse(plain.text).choices[0].message.content).toBe(CONTENT);
    expect(plain.record).toMatchObject({ outcome: "completed", usage });
    const canned = sse(withUnknownFinish(fixture(kind, "stream.sse")));
    const streamed = await bench.replay({ provider, canned, body: { stream: true } });
    expect(readChatStream(streamed.text)).toMatchObject({ content: CONTENT, isDone: true });
    expect(streamed.record).toMatchObject({ outcome: "completed", usage });
  });

  it.each(errorNames(kind))(
    "%s: is known for what it is, plain and streamed, and answered as an error",
    async (name) => {
      const { status, failure, headers = {}, body }: ErrorFixture = JSON.parse(fixture(kind, name));
      const canned = {
        status,
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      };
      for (const stream of [false, true]) {
        const replied = await bench.replay({ provider, canned, body: { stream } });
        expect(replied.record.attempts).toMatchObject([{ failure, status }]);
        expect(replied.record).toMatchObject({ outcome: "failed", cost: 0n });
        expect(replied.status).toBeGreaterThanOrEqual(400);
        const { error } = JSON.parse(replied.text);
        expect(error.message).toEqual(expect.stringMatching(/./));
        expect(replied.text).not.toContain("upstream-secret");
      }
    },
  );

  it("fields it does not take are left out or renamed; the rest goes as it came", async () => {
    const canned = json(fixture(kind, "chat.json"));
    const names = [...provider.drop, ...Object.keys(provider.rename)];
    const given = Object.fromEntries([...names, "temperature"].map((name, at) => [name, at + 1]));
    const { received } = await bench.replay({ provider, canned, body: given });
    const sent = received?.body ?? {};
    for (const name of names) expect(sent).not.toHaveProperty(name);
    for (const [ours, theirs] of Object.entries(provider.rename)) expect(sent[theirs]).toBe(given[ours]);
    // Gemini keeps settings in an object of their own.
    expect([sent, sent.generationConfig]).toContainEqual(expect.objectContaining({ temperature: given.temperature }));
  });
});
