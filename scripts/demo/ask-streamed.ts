import OpenAI from "openai";
import type { Switchyard } from "./start-switchyard.ts";

export type Reply = {
  readonly requestId: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
};

type Question = { readonly switchyard: Switchyard; readonly model: string; readonly signal: AbortSignal };

/** One streamed chat through the official package, printed as it arrives. Throws when the stream is not whole. */
export async function askStreamed({ switchyard, model, signal }: Question): Promise<Reply> {
  const client = new OpenAI({ baseURL: `${switchyard.url}/v1`, apiKey: switchyard.keys.live, maxRetries: 0 });
  const { data: stream, response } = await client.chat.completions
    .create(
      {
        model,
        messages: [{ role: "user", content: "Say hello." }],
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal },
    )
    .withResponse();
  let text = "";
  let finish: string | null = null;
  let usage: OpenAI.CompletionUsage | undefined;
  process.stdout.write("  ");
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta.content ?? "";
    process.stdout.write(delta);
    text += delta;
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  process.stdout.write("\n");
  const requestId = response.headers.get("x-request-id");
  if (text === "" || finish !== "stop" || usage === undefined || requestId === null) {
    throw new Error(`The stream of ${model} was not whole: finish ${finish}, ${text.length} characters.`);
  }
  return { requestId, model, promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
}
