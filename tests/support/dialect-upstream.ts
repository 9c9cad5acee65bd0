import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DialectId } from "#lib/gateway/conversation";
import { chatSpeaker } from "./dialect-upstream-chat.ts";
import { geminiSpeaker } from "./dialect-upstream-gemini.ts";
import { messagesSpeaker } from "./dialect-upstream-messages.ts";
import { responsesSpeaker } from "./dialect-upstream-responses.ts";
import type { Script, Speaker } from "./dialect-upstream-script.ts";
import { type JsonObject, parseObject, textAt } from "./pairs-json.ts";

/** What the upstream answers. Pauses and breaks come after the first frames of content, once the promise is kept. */
export type Answer =
  | { readonly kind: "says"; readonly script: Script; readonly until?: Promise<unknown> }
  | {
      readonly kind: "refuses";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Instead of the dialect's usual words. */
      readonly body?: JsonObject;
    }
  | {
      readonly kind: "breaks";
      readonly script: Script;
      readonly how: "error" | "cut";
      readonly until: Promise<unknown>;
    }
  | { readonly kind: "replays"; readonly body: string; readonly isStream: boolean };

export type Heard = {
  readonly dialect: DialectId;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly model: string;
  readonly isStream: boolean;
  readonly body: JsonObject;
};

export type DialectUpstream = {
  readonly origin: string;
  readonly heard: readonly Heard[];
  /** Streams whose reader has hung up before they were whole. */
  readonly leftAlone: () => number;
  /** Sets what is answered from now on: one after the other, the last one again and again. */
  readonly answer: (...answers: readonly Answer[]) => void;
  readonly close: () => Promise<void>;
};

const SPEAKERS: Readonly<Record<DialectId, Speaker>> = {
  "openai-chat": chatSpeaker,
  "openai-responses": responsesSpeaker,
  "anthropic-messages": messagesSpeaker,
  gemini: geminiSpeaker,
};

/** Frames that come before the break or the pause: enough for a first piece of content in every dialect, and never all. */
const beginningOf = (frames: readonly string[]) => frames.slice(0, Math.min(6, Math.ceil(frames.length / 2)));

/** An upstream over a real socket that speaks all four dialects, each at its own path, in a wire form written by hand. */
export async function startDialectUpstream(): Promise<DialectUpstream> {
  const heard: Heard[] = [];
  let answers: readonly Answer[] = [];
  let left = 0;
  const server = createServer((incoming, outgoing) => {
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) left += 1;
    });
    const serve = async () => {
      const one = await hear(incoming);
      heard.push(one);
      const [answer, ...later] = answers;
      if (later.length > 0) answers = later;
      if (answer === undefined) throw new Error("the upstream was not told what to answer");
      await reply(one, answer, outgoing);
    };
    serve().catch((error) => outgoing.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    heard,
    leftAlone: () => left,
    answer: (...next) => {
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const COUNT = "/messages/count_tokens";
const GEMINI_PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent)/;

async function hear(incoming: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = parseObject(Buffer.concat(chunks).toString("utf8"));
  const path = incoming.url ?? "";
  const { headers } = incoming;
  const [, model, operation] = GEMINI_PATH.exec(path) ?? [];
  if (model !== undefined)
    return { dialect: "gemini", path, headers, model, isStream: operation === "streamGenerateContent", body };
  const dialect = dialectAt(path);
  return { dialect, path, headers, model: textAt(body.model), isStream: body.stream === true, body };
}

function dialectAt(path: string): DialectId {
  if (path.endsWith("/chat/completions")) return "openai-chat";
  if (path.endsWith("/responses")) return "openai-responses";
  if (path.endsWith("/messages") || path.endsWith(COUNT)) return "anthropic-messages";
  throw new Error(`the upstream has nothing at ${path}`);
}

async function reply(one: Heard, answer: Answer, outgoing: ServerResponse): Promise<void> {
  const speaker = SPEAKERS[one.dialect];
  if (one.path.endsWith(COUNT)) return writeJson(outgoing, 200, { text: '{"input_tokens":403}' });
  switch (answer.kind) {
    case "refuses":
      return writeJson(outgoing, answer.status, {
        ...answer,
        text: JSON.stringify(answer.body ?? speaker.error(answer.status)),
      });
    case "replays":
      if (answer.isStream) return void outgoing.writeHead(200, SSE).end(answer.body);
      return writeJson(outgoing, 200, { text: answer.body });
    case "breaks":
      return breakOff(outgoing, speaker.stream(answer.script, one.model), { ...answer, frame: speaker.errorFrame() });
    case "says":
      if (!one.isStream)
        return writeJson(outgoing, 200, { text: JSON.stringify(speaker.whole(answer.script, one.model)) });
      return speak(outgoing, speaker.stream(answer.script, one.model), answer.until);
  }
}

const SSE = { "content-type": "text/event-stream; charset=utf-8" };

type Written = { readonly text: string; readonly headers?: Readonly<Record<string, string>> };

function writeJson(outgoing: ServerResponse, status: number, { text, headers }: Written): void {
  outgoing.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
}

async function speak(outgoing: ServerResponse, frames: readonly string[], until?: Promise<unknown>): Promise<void> {
  outgoing.writeHead(200, SSE);
  const begun = beginningOf(frames);
  outgoing.write(begun.join(""));
  await until;
  outgoing.end(frames.slice(begun.length).join(""));
}

type Break = { readonly how: "error" | "cut"; readonly until: Promise<unknown>; readonly frame: string };

/** Ends the stream with an error frame, or by dropping the connection. */
async function breakOff(
  outgoing: ServerResponse,
  frames: readonly string[],
  { how, until, frame }: Break,
): Promise<void> {
  outgoing.writeHead(200, SSE);
  outgoing.write(beginningOf(frames).join(""));
  await until;
  if (how === "error") outgoing.end(frame);
  else outgoing.destroy();
}
