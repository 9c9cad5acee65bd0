/** The bytes of the benchmark: what callers ask and what the upstream answers. The same for every target. */

const USAGE = {
  prompt_tokens: 412,
  completion_tokens: 24,
  total_tokens: 436,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

const PARAGRAPH =
  "The harbour office keeps a register of every vessel that passes the outer buoy: her name, her flag, the hour, and the " +
  "pilot who brought her in. When the fog is down the bell is struck twice a minute and the register is kept by ear. ";

/** The upstream knows what to do by the end of the model's name, which a gateway has to put there. */
export const MODELS = {
  plain: "bench-plain",
  idle: "bench-idle",
  stream: (events: number, intervalMs: number) => `bench-stream-${events}x${intervalMs}`,
  translated: "bench-translated",
  translatedStream: (events: number, intervalMs: number) => `bench-translated-stream-${events}x${intervalMs}`,
} as const;

/** True for the models behind the upstream that speaks Anthropic's Messages. */
export const isTranslated = (model: string) => model.includes("-translated");

/** A chat request of about 1.8 kB. */
export function chatRequest(model: string, isStream: boolean): string {
  return JSON.stringify({
    model,
    messages: [
      { role: "system", content: `You are the clerk of the harbour office. Answer briefly. ${PARAGRAPH.repeat(3)}` },
      { role: "user", content: `Summarise the register. ${PARAGRAPH.repeat(3)}` },
      { role: "assistant", content: "Which day do you mean?" },
      { role: "user", content: "Yesterday, from noon to midnight, and only the vessels under sail." },
    ],
    temperature: 0.2,
    max_tokens: 256,
    stream: isStream,
  });
}

const IDENTITY = { id: "chatcmpl-bench0000000000000000000000", created: 1_760_000_000, model: "bench-upstream" };

export const PLAIN_REPLY = Buffer.from(
  JSON.stringify({
    ...IDENTITY,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Three vessels under sail passed the buoy, all before dusk." },
        finish_reason: "stop",
      },
    ],
    usage: USAGE,
  }),
);

const event = (payload: object) =>
  Buffer.from(
    `data: ${JSON.stringify({ ...IDENTITY, object: "chat.completion.chunk", system_fingerprint: "fp_bench", ...payload })}\n\n`,
  );

const choice = (delta: object, finishReason: string | null) => ({
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  usage: null,
});

export const FIRST_EVENT = event(choice({ role: "assistant", content: "" }, null));
export const CONTENT_EVENT = event(choice({ content: " sail" }, null));
export const LAST_EVENT = event(choice({}, "stop"));
export const USAGE_EVENT = event({ choices: [], usage: USAGE });
export const DONE_EVENT = Buffer.from("data: [DONE]\n\n");
