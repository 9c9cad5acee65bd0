import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "../read.ts";
import { asked } from "./fixtures/request.ts";

const refusedAt = (fields: JsonObject): unknown => {
  try {
    asked(fields);
  } catch (thrown) {
    return objectIn(thrown)?.param;
  }
  return "nothing";
};

describe("400: what makes no sense is refused with its path", () => {
  const message = (value: Json) => ({ messages: [value] });
  const user = (part: Json) => message({ role: "user", content: [part] });
  const called = (call: Json) => message({ role: "assistant", tool_calls: [call] });

  test.each<[string, JsonObject]>([
    ["messages", { messages: "Hello" }],
    ["messages", { messages: [] }],
    ["messages.0", message("Hello")],
    ["messages.0.role", message({ role: "narrator", content: "a" })],
    ["messages.0.content", message({ role: "user" })],
    ["messages.0.content", message({ role: "user", content: null })],
    ["messages.0.content", message({ role: "system", content: 1 })],
    ["messages.0.content.0", user("a")],
    ["messages.0.content.0.type", user({ text: "a" })],
    ["messages.0.content.0.text", user({ type: "text", text: 1 })],
    ["messages.0.content.0.image_url", user({ type: "image_url" })],
    ["messages.0.content.0.image_url.url", user({ type: "image_url", image_url: {} })],
    ["messages.0.content.0.image_url.url", user({ type: "image_url", image_url: { url: "data:image/png,AAAA" } })],
    [
      "messages.0.content.0.image_url.detail",
      user({ type: "image_url", image_url: { url: "https://a", detail: "x" } }),
    ],
    ["messages.0.content.0.input_audio.format", user({ type: "input_audio", input_audio: { data: "A" } })],
    ["messages.0.content.0.file.file_data", user({ type: "file", file: { file_data: "AAAA" } })],
    ["messages.0.content.0.type", message({ role: "system", content: [{ type: "image_url" }] })],
    ["messages.0.name", message({ role: "user", content: "a", name: 1 })],
    ["messages.0.refusal", message({ role: "assistant", content: "a", refusal: 1 })],
    ["messages.0.audio.id", message({ role: "assistant", audio: {} })],
    ["messages.0.reasoning_content", message({ role: "assistant", content: "a", reasoning_content: 1 })],
    ["messages.0.reasoning_details", message({ role: "assistant", content: "a", reasoning_details: {} })],
    ["messages.0.tool_calls", message({ role: "assistant", tool_calls: {} })],
    ["messages.0.tool_calls.0.id", called({ type: "function", function: { name: "f", arguments: "" } })],
    ["messages.0.tool_calls.0.type", called({ id: "c", type: "magic" })],
    ["messages.0.tool_calls.0.function.name", called({ id: "c", function: { arguments: "" } })],
    ["messages.0.tool_calls.0.function.arguments", called({ id: "c", function: { name: "f", arguments: {} } })],
    ["messages.0.tool_calls.0.custom.input", called({ id: "c", type: "custom", custom: { name: "f" } })],
    ["messages.0.tool_call_id", message({ role: "tool", content: "a" })],
    ["messages.0.content.0.type", message({ role: "tool", tool_call_id: "c", content: [{ type: "input_audio" }] })],
    ["messages.0.name", message({ role: "function", name: "f", content: "a" })],
    ["tools", { tools: {} }],
    ["tools.0.type", { tools: [{ function: { name: "f" } }] }],
    ["tools.0.function", { tools: [{ type: "function" }] }],
    ["tools.0.function.name", { tools: [{ type: "function", function: {} }] }],
    ["tools.0.function.parameters", { tools: [{ type: "function", function: { name: "f", parameters: "x" } }] }],
    ["tools.0.function.strict", { tools: [{ type: "function", function: { name: "f", strict: 1 } }] }],
    ["tools.0.custom.name", { tools: [{ type: "custom", custom: {} }] }],
    ["functions.0.name", { functions: [{}] }],
    ["function_call", { function_call: "maybe" }],
    ["tool_choice", { tool_choice: "maybe" }],
    ["tool_choice.type", { tool_choice: { type: "magic" } }],
    ["tool_choice.function.name", { tool_choice: { type: "function", function: {} } }],
    ["tool_choice.allowed_tools.mode", { tool_choice: { type: "allowed_tools", allowed_tools: { tools: [] } } }],
    [
      "tool_choice.allowed_tools.tools.0.type",
      { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{}] } } },
    ],
    ["parallel_tool_calls", { parallel_tool_calls: "no" }],
    ["response_format", { response_format: "json" }],
    ["response_format.type", { response_format: {} }],
    ["response_format.json_schema", { response_format: { type: "json_schema" } }],
    ["response_format.json_schema.name", { response_format: { type: "json_schema", json_schema: {} } }],
    ["temperature", { temperature: "hot" }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: 1.5 }],
    ["stop", { stop: 1 }],
    ["stop.1", { stop: ["a", 1] }],
    ["n", { n: 0 }],
    ["n", { n: 129 }],
    ["logprobs", { logprobs: 1 }],
    ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
    ["top_logprobs", { top_logprobs: 1 }],
    ["reasoning_effort", { reasoning_effort: "enormous" }],
    ["reasoning.max_tokens", { reasoning: { max_tokens: -1 } }],
    ["metadata", { metadata: [] }],
    ["user", { user: 1 }],
  ])("%s", (path, fields) => {
    expect(refusedAt(fields)).toBe(path);
  });
});
