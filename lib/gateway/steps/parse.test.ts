import { expect, it } from "vitest";
import { BOUNDS } from "../bounds.ts";
import { chatCompletions } from "../endpoints/chat-completions.ts";
import { completions } from "../endpoints/completions.ts";
import { embeddings } from "../endpoints/embeddings.ts";
import type { CallEndpoint } from "../endpoints/endpoint.ts";
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
