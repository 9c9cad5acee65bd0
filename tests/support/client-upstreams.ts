import { LLMock } from "@copilotkit/aimock";
import { sandboxUpstream } from "#lib/drivers/upstream.sandbox";
import type { Asked, Fields, ScriptedUpstream } from "./client-upstream.ts";
import { listen } from "./core-door.ts";

/** An upstream of people who never saw this gateway; `teach` tells it what to say. */
export async function startAimock(teach: (mock: LLMock) => void): Promise<ScriptedUpstream> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 5 });
  teach(mock);
  await mock.start();
  const asked = () => mock.getRequests().map(({ path, headers, body }) => ({ path, headers, body: plain(body) }));
  return {
    origin: mock.url.replace("localhost", "127.0.0.1"),
    askedFor: (model) =>
      asked()
        .filter(({ body }) => body.model === model)
        .map((one): Asked => ({ ...one, goOn: () => undefined })),
    close: () => mock.stop(),
  };
}

/** Data without the marks that aimock makes in what it received. */
function plain(body: unknown): Fields {
  const read: Fields = JSON.parse(JSON.stringify(body ?? {}));
  return Object.fromEntries(Object.entries(read).filter(([name]) => !name.startsWith("_")));
}

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 2_000, idleMs: 2_000, totalMs: 10_000 };

/** The simulated upstream behind a socket, where a client can ask it without a gateway. */
export async function startSandbox(): Promise<ScriptedUpstream> {
  const server = await listen((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.once("end", () => {
      const body = Buffer.concat(chunks);
      // Its own addresses end in the name of what is asked for.
      const url = (incoming.url ?? "").replace("/chat/completions", "/chat-completions");
      const request = { url, method: "POST", headers: {}, body, timeouts: TIMEOUTS } as const;
      sandboxUpstream.send(
        { ...request, allowPrivateNetwork: true },
        {
          onHead: (status, header) => {
            outgoing.writeHead(status, headersOf(header));
            outgoing.flushHeaders();
          },
          onData: (bytes) => void outgoing.write(bytes),
          onEnd: () => void outgoing.end(),
          onFault: () => void outgoing.destroy(),
        },
      );
    });
  });
  return { origin: server.origin, askedFor: () => [], close: server.close };
}

const headersOf = (header: (name: string) => string | undefined) =>
  Object.fromEntries(
    ["content-type", "retry-after"].flatMap((name) => {
      const value = header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
