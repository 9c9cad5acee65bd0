import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What the upstream is to answer, as it stands in a fixture or a recording. */
export type Canned = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
};

export type ReplayUpstream = {
  readonly origin: string;
  readonly received: readonly Received[];
  /** Sets what is answered from now on. */
  readonly answer: (canned: Canned) => void;
  readonly close: () => Promise<void>;
};

/** An upstream over a real socket that answers everything with one canned reply and remembers what it was sent. */
export async function startReplayUpstream(): Promise<ReplayUpstream> {
  const received: Received[] = [];
  let canned: Canned = { status: 500, body: "" };
  const server = createServer((incoming, outgoing) => {
    readBody(incoming).then(
      (body) => {
        received.push({ path: incoming.url ?? "", headers: incoming.headers, body });
        outgoing.writeHead(canned.status, { ...canned.headers }).end(canned.body);
      },
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    answer: (next) => {
      canned = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(incoming: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
