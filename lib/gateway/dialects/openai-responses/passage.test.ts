import { describe, expect, it } from "vitest";
import { fieldsOf } from "#lib/gateway/body-fields";
import { writeSignature } from "#lib/gateway/dialects/foreign-signature";
import { responses } from "#lib/gateway/endpoints/responses";
import { scanMembers } from "#lib/gateway/json-scan";
import { openAiProvider } from "#lib/gateway/providers/openai/index";
import { openAiResponsesPassage as passage } from "./passage.ts";

/** What an upstream is sent for a body, as text. */
function sentFor(text: string): string {
  const bytes = Buffer.from(text);
  const members = scanMembers(bytes) ?? [];
  const view = responses.read(fieldsOf(bytes, members), { path: "/v1/responses", query: "" });
  const call = { ...view, endpoint: responses, bytes, members, model: "m" };
  return Buffer.from(passage.patchRequest(call, "up", openAiProvider)).toString();
}

const USER = '{"role":"user","content":"a\\u00e9\\/b"}';

describe("a request on its way through", () => {
  it("asks the upstream to keep nothing, and names nothing it would have to know", () => {
    expect(sentFor(`{"model":"m","input":[${USER}],"previous_response_id":"resp_1","store":true,"x":1.50}`)).toBe(
      `{"model":"up","input":[${USER}],"store":false,"x":1.50}`,
    );
  });

  it.each([
    ["one with a proof", '{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA/+="}'],
    ["thoughts in the open", '{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]}'],
    ["a text that speaks of it", '{"role":"user","content":"{\\"type\\":\\"reasoning\\"}"}'],
  ])("keeps its reasoning to the byte: %s", (_what, item) => {
    expect(sentFor(`{"model":"m","store":false,"input":[ ${item} , ${USER}]}`)).toBe(
      `{"model":"up","store":false,"input":[ ${item} , ${USER}]}`,
    );
  });

  it.each([
    ["without a proof", { id: "rs_1", summary: [] }],
    ["with an empty one", { id: "rs_1", summary: [], encrypted_content: "" }],
    [
      "with another provider's",
      {
        summary: [],
        encrypted_content: writeSignature({ origin: "anthropic-messages", value: "sig" }, "openai-responses"),
      },
    ],
  ])("leaves reasoning out that an upstream without memory refuses: %s", (_what, item) => {
    const body = {
      model: "m",
      input: [
        { type: "reasoning", ...item },
        { role: "user", content: "on", n: 1 },
      ],
    };
    expect(JSON.parse(sentFor(JSON.stringify(body)))).toEqual({
      model: "up",
      store: false,
      input: [{ role: "user", content: "on", n: 1 }],
    });
  });

  it.each([
    [
      "asks for proofs where it reasons and is stored",
      { reasoning: { effort: "low" } },
      ["reasoning.encrypted_content"],
    ],
    ["beside what it asks for", { reasoning: {}, include: ["x"] }, ["x", "reasoning.encrypted_content"]],
    ["not where it does not reason", { reasoning: { effort: "none" } }, undefined],
    ["not where nothing is said of it", {}, undefined],
    ["not where it is not stored", { reasoning: { effort: "low" }, store: false }, undefined],
    ["not twice", { reasoning: {}, include: ["reasoning.encrypted_content"] }, ["reasoning.encrypted_content"]],
  ])("%s", (_what, given, include) => {
    expect(JSON.parse(sentFor(JSON.stringify({ model: "m", input: "x", ...given }))).include).toEqual(include);
  });
});

const ECHO = { store: true, previous_response_id: "resp_0" };

describe("an answer on its way through", () => {
  const edited = (text: string, edits: { model?: string; echo?: typeof ECHO }) => {
    const bytes = Buffer.from(text);
    const all = { model: edits.model, withoutUsage: false, echo: edits.echo };
    return Buffer.from(passage.patchReply(bytes, all, scanMembers(bytes) ?? [])).toString();
  };

  it("says what the gateway did itself, and no other byte changes", () => {
    expect(edited('{"id":"r","store":false,"model":"up", "x":1.50}', { model: "m", echo: ECHO })).toBe(
      '{"id":"r","store":true,"model":"m","x":1.50,"previous_response_id":"resp_0"}',
    );
  });

  it("stays as it is where it says so already, or has no word for it", () => {
    const text = ' { "id":"r" , "store":true, "previous_response_id":"resp_0"}';
    expect(edited(text, { echo: ECHO })).toBe(text);
    expect(edited('{"id":"r"}', { model: "m", echo: { ...ECHO, previous_response_id: "" } })).not.toContain("store");
  });

  it("in a stream, says it in each event that holds the response, and in no other", () => {
    const patch = passage.createPatcher({ model: "m", withoutUsage: false, echo: ECHO });
    const through = (event: Record<string, unknown>) => {
      const data = Buffer.from(JSON.stringify(event));
      const given = patch(data, JSON.parse(data.toString()));
      return { isSame: given === data, event: JSON.parse(Buffer.from(given).toString()) };
    };
    const response = { id: "r", model: "up", store: false, previous_response_id: null };
    expect(through({ type: "response.completed", response }).event.response).toEqual({
      ...response,
      model: "m",
      ...ECHO,
    });
    expect(through({ type: "response.output_text.delta", delta: "response.completed" }).isSame).toBe(true);
    expect(through({ type: "response.created", response: { ...response, model: "m", ...ECHO } }).isSame).toBe(true);
  });
});
