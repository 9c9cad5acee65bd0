import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { listen } from "./core-door.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** What an upstream answers, as it stands on the wire: a body, or the events of a stream and how it ends. */
export type Canned =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | {
      readonly events: readonly string[];
      /** What is said only once its reader has what came before, and says so with `goOn`. */
      readonly rest?: readonly string[];
      /** Whole with its closing mark or without, cut off, or left open for ever. */
      readonly ending?: "whole" | "unmarked" | "cut" | "open";
    };

export type Asked = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Fields;
  /** When this side lost the connection before its answer was out, on the clock of `performance.now()`. */
  abortedAtMs?: number;
  readonly goOn: () => void;
};

/** Gives the answer to a request; `before` are those that were asked for the same model earlier. */
export type Script = (asked: Asked, before: readonly Asked[]) => Canned;

export type ScriptedUpstream = {
  readonly origin: string;
  readonly askedFor: (model: string) => readonly Asked[];
  readonly close: () => Promise<void>;
};

/** An OpenAI-shaped upstream over a real socket. What it says to a model is the model's script. */
export async function startScriptedUpstream(scripts: ReadonlyMap<string, Script>): Promise<ScriptedUpstream> {
  const asked = new Map<string, Asked[]>();
  const server = await listen((incoming, outgoing) => {
    read(incoming)
      .then((request) => {
        const model = String(request.body.model);
        const before = asked.get(model) ?? [];
        asked.set(model, [...before, request]);
        outgoing.once("close", () => {
          if (!outgoing.writableFinished) request.abortedAtMs = performance.now();
        });
        const script = scripts.get(model);
        const canned = script?.(request, before) ?? { status: 404, body: '{"error":{"message":"no such script"}}' };
        return send(outgoing, canned, request.mayGoOn);
      })
      .catch(() => outgoing.destroy());
  });
  return { origin: server.origin, askedFor: (model) => asked.get(model) ?? [], close: server.close };
}

async function read(incoming: IncomingMessage): Promise<Asked & { readonly mayGoOn: Promise<void> }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
  return { path: incoming.url ?? "", headers: incoming.headers, body, goOn, mayGoOn };
}

async function send(outgoing: ServerResponse, canned: Canned, mayGoOn: Promise<void>): Promise<void> {
  if ("body" in canned) {
    const headers = { "content-type": "application/json", ...canned.headers };
    outgoing.writeHead(canned.status ?? 200, headers).end(canned.body);
    return;
  }
  const { events, rest, ending = "whole" } = canned;
  outgoing.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).write(textOf(events));
  if (rest) {
    await mayGoOn;
    outgoing.write(textOf(rest));
  }
  if (ending === "cut") outgoing.write("", () => outgoing.destroy());
  else if (ending !== "open") outgoing.end(ending === "whole" ? textOf(["[DONE]"]) : "");
}

const textOf = (events: readonly string[]) => events.map((event) => `data: ${event}\n\n`).join("");
