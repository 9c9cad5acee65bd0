import { describe, expect, it } from "vitest";
import { handle } from "#lib/gateway/handle";
import { benchOf, bodyOf, modelOf, requestOf } from "#tests/support/gateway";

async function ask(path: string, body: Readonly<Record<string, unknown>>) {
  const bench = benchOf([modelOf()]);
  const reply = await handle(requestOf({ path, key: "test-key", body: { model: "model", ...body } }), bench.deps);
  return { status: reply.status, text: await bodyOf(reply) };
}

describe("the sandbox, for a test key", () => {
  it("embeds: a unit vector for each input, the same for the same text, in both forms", async () => {
    const floats = JSON.parse((await ask("/v1/embeddings", { input: ["a", "b", "a"], dimensions: 5 })).text);
    const [first, second, third] = floats.data.map(({ embedding }: { embedding: number[] }) => embedding);
    expect(first).toHaveLength(5);
    expect(Math.hypot(...first)).toBeCloseTo(1);
    expect(third).toEqual(first);
    expect(second).not.toEqual(first);
    const base64 = JSON.parse(
      (await ask("/v1/embeddings", { input: "a", dimensions: 5, encoding_format: "base64" })).text,
    );
    const bytes = Buffer.from(base64.data[0].embedding, "base64");
    expect(bytes.readFloatLE(0)).toBeCloseTo(first[0], 6);
    expect(JSON.parse((await ask("/v1/embeddings", { input: [1, 2, 3] })).text).data).toHaveLength(1);
  });

  it("moderates: what asks to be flagged is flagged", async () => {
    const { results } = JSON.parse((await ask("/v1/moderations", { input: ["fine", "please flag me"] })).text);
    expect(results.map(({ flagged }: { flagged: boolean }) => flagged)).toEqual([false, true]);
  });

  it("completes a prompt, plain and streamed", async () => {
    const whole = JSON.parse((await ask("/v1/completions", { prompt: "once" })).text);
    expect(whole).toMatchObject({ object: "text_completion", choices: [{ finish_reason: "stop" }] });
    expect(whole.choices[0].text).toContain("once");
    const { text } = await ask("/v1/completions", { prompt: "once", stream: true });
    const chunks = text.split("\n\n").filter((frame) => frame.startsWith("data: {"));
    const said = chunks.map((frame) => JSON.parse(frame.slice(6)).choices[0]?.text ?? "").join("");
    expect(said).toBe(whole.choices[0].text);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });
});
