import { expect, it } from "vitest";
import { BOUNDS } from "../bounds.ts";
import { chatCompletions } from "../endpoints/chat-completions.ts";
import { completions } from "../endpoints/completions.ts";
import { embeddings } from "../endpoints/embeddings.ts";
import type { CallEndpoint } from "../endpoints/endpoint.ts";
import { generateContent } from "../endpoints/generate-content.ts";
import { parse } from "./parse.ts";

const parsed = (endpoint: CallEndpoint, body: object) =>
  parse(Buffer.from(JSON.stringify(body)), endpoint, { path: "", query: "" });

const values = (count: number) => Array.from({ length: count }, (_, at) => at);
const tooComplex = expect.objectContaining({ code: "too_complex" });

it("as many tokens may be embedded or completed as OpenAI takes in one request", () => {
  const texts = Array.from({ length: 1_000 }, () => values(300));
  expect(parsed(embeddings, { model: "m", input: texts })).toMatchObject({ model: "m" });
  expect(parsed(completions, { model: "m", prompt: texts })).toMatchObject({ choices: 1_000 });
  const input = values(BOUNDS.tokenNodesMax);
  expect(() => parsed(embeddings, { model: "m", input })).toThrow(tooComplex);
});

it("400: more values in any other call than can be worked on in one turn", () => {
  const call = { model: "m", messages: [{ role: "user", content: "hi" }] };
  const most = BOUNDS.jsonNodesMax - 6;
  expect(parsed(chatCompletions, { ...call, logit_bias: values(most) })).toMatchObject({ model: "m" });
  expect(() => parsed(chatCompletions, { ...call, logit_bias: values(most + 1) })).toThrow(tooComplex);
});

const CALL = '"model":"m","messages":[{"role":"user","content":"hi"}]';
const parsedText = (text: string) => parse(Buffer.from(text), chatCompletions, { path: "", query: "" });

it("a byte order mark is left behind, for not every upstream takes it", () => {
  const { bytes, members } = parsedText(`\ufeff{${CALL}}`);
  expect(Buffer.from(bytes).toString()).toBe(`{${CALL}}`);
  expect(members[0]).toMatchObject({ name: "model", keyStart: 1 });
});

it.each([
  ["Model", `{${CALL},"Model":"dear"}`],
  ["MAX_TOKENS", `{${CALL},"max_tokens":1,"MAX_TOKENS":100000}`],
])("400: a name that some upstreams would take for another, %s", (name, text) => {
  expect(() => parsedText(text)).toThrow(expect.objectContaining({ code: "invalid_field", param: name }));
});

it.each([
  ["include_usage", '"stream_options":{"include_usage":false,"include_usage":true}'],
  ["Include_Usage", '"stream_options":{"Include_Usage":true}'],
])("400: within the options of a stream too, %s", (name, text) => {
  const refusal = expect.objectContaining({ code: "invalid_field", param: `stream_options.${name}` });
  expect(() => parsedText(`{${CALL},"stream":true,${text}}`)).toThrow(refusal);
});

it.each([
  ["maxOutputTokens", '{"maxOutputTokens":1,"maxOutputTokens":100000}'],
  ["candidateCount", '{"candidateCount":1,"topK":2,"candidateCount":8}'],
  ["maxoutputtokens", '{"maxOutputTokens":1,"maxoutputtokens":100000}'],
])("400: and within Gemini's configuration, %s", (name, config) => {
  const asked = (text: string) =>
    parse(Buffer.from(text), generateContent, { path: "/v1beta/models/m:generateContent", query: "" });
  const contents = '"contents":[{"parts":[{"text":"hi"}]}]';
  for (const field of ["generationConfig", "generation_config"]) {
    const refusal = expect.objectContaining({ code: "invalid_field", param: `${field}.${name}` });
    expect(() => asked(`{${contents},"${field}":${config}}`)).toThrow(refusal);
    expect(asked(`{${contents},"${field}":{"maxOutputTokens":1,"stopSequences":["a"]}}`)).toMatchObject({
      maxOutputTokens: 1,
    });
  }
});

it("a field that we know nothing of may be called anything", () => {
  expect(parsedText(`{${CALL},"X-Custom":1,"modelX":2}`)).toMatchObject({ model: "m" });
});
