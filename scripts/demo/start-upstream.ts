import { createServer, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const WORDS = ["Hello ", "from ", "an ", "upstream ", "of ", "your ", "own, ", "word ", "by ", "word."];
const PAUSE_MS = 60;
const PROMPT_TOKENS = 12;

/** An upstream that speaks OpenAI's streamed chat over a real socket. */
export async function startUpstream() {
  let answered = 0;
  const server = createServer((incoming, outgoing) => {
    incoming.resume().once("end", () => {
      answered += 1;
      speak(outgoing).catch(() => outgoing.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    answered: () => answered,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function speak(outgoing: ServerResponse) {
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  for (const content of WORDS) {
    outgoing.write(chunk({ choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }] }));
    await sleep(PAUSE_MS);
  }
  outgoing.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
  const usage = { prompt_tokens: PROMPT_TOKENS, completion_tokens: WORDS.length };
  outgoing.write(chunk({ choices: [], usage: { ...usage, total_tokens: PROMPT_TOKENS + WORDS.length } }));
  outgoing.end("data: [DONE]\n\n");
}

const chunk = (fields: object) =>
  `data: ${JSON.stringify({ id: "chatcmpl-demo", object: "chat.completion.chunk", created: 0, model: "local-model", ...fields })}\n\n`;
