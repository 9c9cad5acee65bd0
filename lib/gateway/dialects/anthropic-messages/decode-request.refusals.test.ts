import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import { decodeRequest } from "./decode-request.ts";
import { BODY } from "./fixtures/request.ts";

describe("400: what is wrong is named by its path", () => {
  const user = (...blocks: readonly JsonObject[]) => ({ messages: [{ role: "user", content: blocks }] });

  const refused = (body: JsonObject): AppError => {
    try {
      decodeRequest(body);
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown;
    }
    throw new Error("was not refused");
  };

  test.each(["max_tokens", "messages"])("%s is required", (name) => {
    const { [name]: _left, ...rest } = BODY;
    expect(refused(rest)).toMatchObject({ code: "missing_field", param: name });
    expect(refused({ ...BODY, [name]: null })).toMatchObject({ code: "missing_field", param: name });
  });

  test.each<[JsonObject, string]>([
    [{ max_tokens: "5" }, "max_tokens"],
    [{ max_tokens: 1.5 }, "max_tokens"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ messages: [] }, "messages"],
    [{ messages: "Hi" }, "messages"],
    [{ messages: ["Hi"] }, "messages.0"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages.0.role"],
    [{ messages: [{ role: "user" }] }, "messages.0.content"],
    [
      {
        messages: [
          { role: "user", content: "x" },
          { role: "assistant", content: 5 },
        ],
      },
      "messages.1.content",
    ],
    [{ messages: [{ role: "system", content: [{ type: "image" }] }] }, "messages.0.content.0.type"],
    [user({}), "messages.0.content.0.type"],
    [user({ type: "text", text: 5 }), "messages.0.content.0.text"],
    [user({ type: "text", text: "a", citations: [5] }), "messages.0.content.0.citations.0"],
    [user({ type: "text", text: "a", cache_control: { type: "forever" } }), "messages.0.content.0.cache_control.type"],
    [
      user({ type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "1d" } }),
      "messages.0.content.0.cache_control.ttl",
    ],
    [user({ type: "image" }), "messages.0.content.0.source"],
    [user({ type: "image", source: { type: "base64", data: "A" } }), "messages.0.content.0.source.media_type"],
    [user({ type: "document", source: { type: "text", data: 1 } }), "messages.0.content.0.source.data"],
    [user({ type: "document", title: 1, source: { type: "url", url: "u" } }), "messages.0.content.0.title"],
    [user({ type: "tool_result" }), "messages.0.content.0.tool_use_id"],
    [
      user({ type: "tool_result", tool_use_id: "t", content: [{ type: "text" }] }),
      "messages.0.content.0.content.0.text",
    ],
    [user({ type: "tool_result", tool_use_id: "t", is_error: "yes" }), "messages.0.content.0.is_error"],
    [user({ type: "tool_use", id: "t", name: "f", input: "{}" }), "messages.0.content.0.input"],
    [user({ type: "thinking", thinking: 1 }), "messages.0.content.0.thinking"],
    [user({ type: "redacted_thinking" }), "messages.0.content.0.data"],
    [{ system: 5 }, "system"],
    [{ system: [{ type: "image" }] }, "system.0.type"],
    [{ system: [{ type: "text" }] }, "system.0.text"],
    [{ tools: {} }, "tools"],
    [{ tools: [{ input_schema: {} }] }, "tools.0.name"],
    [{ tools: [{ name: "f" }] }, "tools.0.input_schema"],
    [{ tools: [{ name: "f", input_schema: {}, strict: 1 }] }, "tools.0.strict"],
    [{ tool_choice: "auto" }, "tool_choice"],
    [{ tool_choice: { type: "some" } }, "tool_choice.type"],
    [{ tool_choice: { type: "tool" } }, "tool_choice.name"],
    [{ tool_choice: { type: "auto", disable_parallel_tool_use: "no" } }, "tool_choice.disable_parallel_tool_use"],
    [{ thinking: true }, "thinking"],
    [{ thinking: { type: "deep" } }, "thinking.type"],
    [{ thinking: { type: "enabled" } }, "thinking.budget_tokens"],
    [{ thinking: { type: "adaptive", display: "full" } }, "thinking.display"],
    [{ output_config: { effort: "huge" } }, "output_config.effort"],
    [{ output_config: { format: { type: "json" } } }, "output_config.format.type"],
    [{ output_format: { type: "json_schema" } }, "output_format.schema"],
    [{ stop_sequences: "a" }, "stop_sequences"],
    [{ stop_sequences: ["a", 1] }, "stop_sequences.1"],
    [{ temperature: "hot" }, "temperature"],
    [{ top_p: [] }, "top_p"],
    [{ top_k: { rawJSON: "x" } }, "top_k"],
    [{ metadata: "u" }, "metadata"],
    [{ metadata: { user_id: 7 } }, "metadata.user_id"],
    [{ service_tier: 1 }, "service_tier"],
  ])("%o", (more, param) => {
    expect(refused({ ...BODY, ...more })).toMatchObject({ code: "invalid_field", param, status: 400 });
  });
});
