/** What the upstream answers in Anthropic's Messages: the same words and counts as messages.ts has in OpenAI's dialect. */

const USAGE = { input_tokens: 412, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 24 };
const IDENTITY = { id: "msg_bench0000000000000000000000", type: "message", role: "assistant", model: "bench-upstream" };

export const MESSAGE = Buffer.from(
  JSON.stringify({
    ...IDENTITY,
    content: [{ type: "text", text: "Three vessels under sail passed the buoy, all before dusk." }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: USAGE,
  }),
);

const event = (payload: { readonly type: string; readonly [name: string]: unknown }) =>
  Buffer.from(`event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`);

export const MESSAGE_BEGINS = Buffer.concat([
  event({
    type: "message_start",
    message: {
      ...IDENTITY,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...USAGE, output_tokens: 1 },
    },
  }),
  event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
]);
export const MESSAGE_GROWS = event({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: " sail" },
});
export const MESSAGE_ENDS = Buffer.concat([
  event({ type: "content_block_stop", index: 0 }),
  event({
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: USAGE.output_tokens },
  }),
  event({ type: "message_stop" }),
]);
