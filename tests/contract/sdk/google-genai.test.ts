import { ApiError, type Content, type GenerateContentResponse, GoogleGenAI, type Part } from "@google/genai";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { FRONTS, type Stage, stagesOfFile } from "./stage.ts";
import {
  ANSWER,
  ANSWER_SCHEMA,
  CALLS,
  expectPrompt,
  expectRoundTrip,
  expectTools,
  HELLO,
  PROMPT,
  SHUNT,
  SHUNT_SCHEMA,
  STORY,
  SYSTEM,
  WHISTLE,
  WHISTLE_SCHEMA,
} from "./talk.ts";

const TOOLS = [
  {
    functionDeclarations: [
      { ...SHUNT, parametersJsonSchema: SHUNT_SCHEMA },
      { ...WHISTLE, parametersJsonSchema: WHISTLE_SCHEMA },
    ],
  },
];

const USAGE = { promptTokenCount: 120, candidatesTokenCount: 30, totalTokenCount: 150 };

const stages = stagesOfFile();

describe.each(FRONTS)("google's client in front of $stage of $upstream", ({ stage: name, model }) => {
  let stage: Stage;
  let client: GoogleGenAI;
  const asked: Content = { role: "user", parts: [{ text: PROMPT }] };
  const config = { systemInstruction: SYSTEM };
  beforeAll(() => {
    stage = stages.at(name);
    client = new GoogleGenAI({ apiKey: "good-key", httpOptions: { baseUrl: stage.origin } });
  });

  it("reads a whole answer with its usage", async () => {
    stage.says(HELLO);
    const response = await client.models.generateContent({ model, contents: [asked], config });
    expect(response.text).toBe("Trains are shunted in the yard.");
    expect(response.candidates).toMatchObject([{ finishReason: "STOP" }]);
    expect(response.usageMetadata).toMatchObject(USAGE);
    expectPrompt(stage);
  });

  it("joins a stream to the same answer", async () => {
    stage.says(HELLO);
    const chunks = await read(client.models.generateContentStream({ model, contents: [asked], config }));
    expect(chunks.filter(({ text }) => text).length).toBeGreaterThan(1);
    expect(chunks.map(({ text }) => text ?? "").join("")).toBe("Trains are shunted in the yard.");
    expect(chunks.at(-1)?.candidates).toMatchObject([{ finishReason: "STOP" }]);
    expect(chunks.at(-1)?.usageMetadata).toMatchObject(USAGE);
  });

  it.each([false, true])("gets two calls in parallel and gives their results back (stream: %s)", async (isStream) => {
    stage.says(CALLS, HELLO);
    const ask = async (contents: Content[]) => {
      const body = { model, contents, config: { ...config, tools: TOOLS } };
      return isStream
        ? await read(client.models.generateContentStream(body))
        : [await client.models.generateContent(body)];
    };
    const answered = await ask([asked]);
    expect(answered.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual([
      { id: "call_a1", name: "shunt", args: { track: 2, wagons: ["flat", "tank"] } },
      { id: "call_b2", name: "whistle", args: { seconds: 1.5 } },
    ]);
    expectTools(stage);
    const said: Content = { role: "model", parts: answered.flatMap(partsOf) };
    const results: Content = {
      role: "user",
      parts: [resultOf("call_a1", "shunt", "moved"), resultOf("call_b2", "whistle", "heard")],
    };
    const last = await ask([asked, said, results]);
    expect(last.map(({ text }) => text ?? "").join("")).toBe("Trains are shunted in the yard.");
    expectRoundTrip(stage);
  });

  it("parses an answer by its JSON schema", async () => {
    stage.says(ANSWER);
    const form = { responseMimeType: "application/json", responseJsonSchema: ANSWER_SCHEMA };
    const response = await client.models.generateContent({ model, contents: [asked], config: { ...config, ...form } });
    expect(JSON.parse(response.text ?? "")).toEqual({ track: 3, isFree: true });
    if (name === "our own upstream") expect(stage.asked()[0]?.schema).toEqual(ANSWER_SCHEMA);
  });

  it("stops the upstream when it leaves", async () => {
    stage.pauses(STORY);
    const before = stage.leftAlone();
    const leaving = new AbortController();
    const abortSignal = leaving.signal;
    const stream = await client.models.generateContentStream({
      model,
      contents: [asked],
      config: { ...config, abortSignal },
    });
    const reading = async () => {
      for await (const { text } of stream) if (text) leaving.abort();
    };
    await expect(reading()).rejects.toThrow(/abort/i);
    await vi.waitFor(() => expect(stage.leftAlone()).toBe(before + 1), { timeout: 5_000 });
  });

  it.each([
    [400, 400],
    [401, 502],
    [429, 429],
    [500, 502],
  ])("throws for the upstream's %i an error of status %i", async (status, seen) => {
    stage.refuses(status);
    const asking = { model, contents: [asked], config };
    for (const ask of [
      () => client.models.generateContent(asking),
      () => read(client.models.generateContentStream(asking)),
    ]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: seen });
    }
  });
});

async function read(
  stream: Promise<AsyncGenerator<GenerateContentResponse>>,
): Promise<readonly GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

const partsOf = ({ candidates }: GenerateContentResponse): readonly Part[] => candidates?.[0]?.content?.parts ?? [];

const resultOf = (id: string, name: string, result: string): Part => ({
  functionResponse: { id, name, response: { result } },
});
