import { describe, expect, it } from "vitest";
import { createTextChunks } from "./text-chunks.ts";

const HEAD = 'data: {"id":"c","model":"upstream","choices":[{"index":0,"delta":{"content":"';
const TAIL = '"},"finish_reason":null}],"usage":null}\n\n';
const SENT_HEAD = HEAD.replace("upstream", "shown");
const SENT_TAIL = TAIL.replace(',"usage":null', "");

const chunk = (text: string) => Buffer.from(HEAD + text + TAIL);
const sent = (text: string) => Buffer.from(SENT_HEAD + text + SENT_TAIL);

function afterOne() {
  const chunks = createTextChunks();
  chunks.learn(chunk("Hello"), sent("Hello"), { name: "content", value: "Hello" });
  return chunks;
}

describe("a chunk that differs from the one before in its text", () => {
  it.each(["!", "", " sail", "海港", "😀 done", "a, b: {c} [d] \u007f"])("is known: %j", (text) => {
    const known = afterOne().read(chunk(text));
    expect(Buffer.from(known?.forward ?? []).toString()).toBe(sent(text).toString());
    expect(known?.textBytes).toBe(Buffer.byteLength(text));
  });

  it("goes on as the same bytes where nothing is edited", () => {
    const chunks = createTextChunks();
    const first = chunk("Hello");
    chunks.learn(first, first, { name: "content", value: "Hello" });
    const next = chunk(" there");
    expect(chunks.read(next)?.forward).toBe(next);
  });
});

describe("any other chunk is not known", () => {
  it.each([
    ["an escape in its text", chunk('say \\"no\\"')],
    ["a second member after its text", chunk('x","refusal":"y')],
    ["a line end in its text", chunk("a\nb")],
    ["another head", Buffer.from(chunk("x").toString().replace('"index":0', '"index":1'))],
    ["another end", Buffer.from(chunk("x").toString().replace('"finish_reason":null', '"finish_reason":"stop"'))],
    ["more than one event", Buffer.concat([chunk("x"), chunk("y")])],
    ["half an event", chunk("x").subarray(0, -1)],
    ["less than its head", chunk("x").subarray(0, 10)],
    ["nothing", Buffer.alloc(0)],
  ])("%s", (_what, bytes) => {
    expect(afterOne().read(bytes)).toBeUndefined();
  });

  it("before one was learnt", () => {
    expect(createTextChunks().read(chunk("x"))).toBeUndefined();
  });
});

describe("nothing is learnt", () => {
  it.each([
    ["from a text that is written with escapes", "\\u0048ello", { name: "content", value: "Hello" }],
    ["from a text that stands there twice", 'Hi","alt":{"content":"Hi"},"x":"', { name: "content", value: "Hi" }],
    ["from a text in a member of another name", "Hello", { name: "text", value: "Hello" }],
  ])("%s", (_what, written, text) => {
    const chunks = createTextChunks();
    chunks.learn(chunk(written), sent(written), text);
    expect(chunks.read(chunk("next"))).toBeUndefined();
  });

  it("once four lessons in a row were of no use; one that was, counts anew", () => {
    const chunks = createTextChunks();
    const learn = () => chunks.learn(chunk("Hello"), sent("Hello"), { name: "content", value: "Hello" });
    for (let lesson = 0; lesson < 4; lesson++) learn();
    expect(chunks.read(chunk("next"))?.textBytes).toBe(4);
    for (let lesson = 0; lesson < 4; lesson++) learn();
    learn();
    expect(chunks.read(chunk("next"))).toBeUndefined();
    learn();
    expect(chunks.read(chunk("next"))).toBeUndefined();
  });

  it("from an event that ends otherwise than in a blank line", () => {
    const chunks = createTextChunks();
    const bytes = Buffer.from(chunk("Hello").toString().replaceAll("\n", "\r\n"));
    chunks.learn(bytes, bytes, { name: "content", value: "Hello" });
    expect(chunks.read(bytes)).toBeUndefined();
  });
});
