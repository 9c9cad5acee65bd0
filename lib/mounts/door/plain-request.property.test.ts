import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPlainRequest } from "./plain-request.ts";

type Seen = { readonly url: string; readonly body: string; readonly header: (name: string) => string | undefined };

let heard: ((seen: Seen | undefined) => void) | undefined;
const server = createServer({ requireHostHeader: false }, (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    outgoing.end();
    if (incoming.method === "POST") heard?.(seenIn(incoming, Buffer.concat(chunks)));
  });
});
server.on("clientError", (_error, socket) => {
  heard?.(undefined);
  socket.destroy();
});

const seenIn = ({ url = "", headers }: IncomingMessage, body: Buffer): Seen => ({
  url,
  body: body.toString("latin1"),
  header: (name) => headers[name]?.toString(),
});

let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address !== null && typeof address === "object") ({ port } = address);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What Node's server reads in the bytes. */
function nodeReads(bytes: Buffer): Promise<Seen | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.end(bytes));
    heard = (seen) => {
      socket.destroy();
      resolve(seen);
    };
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(undefined));
    socket.resume();
  });
}

const NAMES = ["host", "Host", "content-length", "Content-Length", "transfer-encoding", "authorization", "x-api-key"];
const MORE_NAMES = [
  "connection",
  "content-type",
  "x-forwarded-for",
  "x-a",
  "x-a ",
  "x\ta",
  "",
  "te",
  "expect",
  "upgrade",
];
const VALUES = [
  "x",
  "0",
  "4",
  "5",
  "4, 4",
  "+4",
  "chunked",
  "keep-alive",
  "close",
  "Bearer key",
  "",
  " ",
  "\t4 ",
  "\x0b4",
];
const ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\n "];
const header = fc
  .tuple(fc.constantFrom(...NAMES, ...MORE_NAMES), fc.constantFrom(": ", ":", " : "), fc.constantFrom(...VALUES))
  .map(([name, colon, value]) => name + colon + value);
const line = fc.oneof(header, header, header, fc.string({ unit: "binary-ascii", maxLength: 12 }));
const requests = fc
  .record({
    url: fc.constantFrom("/v1/chat/completions", "/v1/a?b=c#d", "/v1/%61", "/v1/a b", "/v1beta/models/m:x", "/v1/a;b"),
    lines: fc.array(fc.tuple(line, fc.constantFrom(...ENDS)), { maxLength: 6 }),
    length: fc.constantFrom("4", "4", "4", "0", "3", "5", "04"),
    body: fc.constantFrom("body", "body", "body", "", "bodyPOST / HTTP/1.1\r\n\r\n"),
  })
  .map(({ url, lines, length, body }) => {
    const more = lines.map(([text, end]) => text + end).join("");
    return `POST ${url} HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n${more}\r\n${body}`;
  });

it("what is plain to us, Node's server reads in the same way", async () => {
  let plain = 0;
  const run = async (text: string) => {
    const bytes = Buffer.from(text, "latin1");
    const ours = readPlainRequest(bytes);
    if (ours?.body === undefined) return;
    plain++;
    const node = await nodeReads(bytes);
    expect({ url: ours.url, body: ours.body.toString("latin1") }).toEqual({ url: node?.url, body: node?.body });
    for (const name of new Set([...NAMES, ...MORE_NAMES].map((one) => one.toLowerCase())))
      expect([name, ours.header(name)]).toEqual([name, node?.header(name)]);
  };
  await fc.assert(fc.asyncProperty(requests, run), { numRuns: 20_000 });
  // Neither all of them nor next to none, or this would show nothing.
  expect(plain).toBeGreaterThan(200);
}, 60_000);
