import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { checkBaseUrl } from "#lib/gateway/configuration/check-base-url";
import type { UpstreamFault } from "#lib/gateway/ports";
import { ssrfCorpus, ssrfNames } from "#tests/support/ssrf-corpus";
import { type Dialer, openDialer } from "./upstream.http1.ts";

type Address = { readonly address: string; readonly family: 4 | 6 };

/** What names resolve to, one answer after another; a name that is not here goes to the real resolver. */
const answers = vi.hoisted(() => new Map<string, Address[][]>());

vi.mock("node:dns", async (original) => {
  const real = await original<typeof import("node:dns")>();
  return {
    ...real,
    lookup: (name: string, options: object, done: (error: Error | null, addresses: Address[]) => void) => {
      const planned = answers.get(name)?.shift();
      if (planned) return queueMicrotask(() => done(null, planned));
      return Reflect.apply(real.lookup, undefined, [name, options, done]);
    },
  };
});

let connections = 0;
const server = createServer((socket) => {
  connections++;
  socket.on("error", () => undefined);
  socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
});
let port: number;
let dialer: Dialer;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "::", resolve));
  ({ port } = server.address() as AddressInfo);
  dialer = openDialer();
});
afterAll(async () => {
  await dialer.close();
  server.close();
});
afterEach(() => answers.clear());

const dial = (url: string, allowPrivateNetwork = false) =>
  new Promise<UpstreamFault["kind"] | number>((resolve) => {
    let status = 0;
    dialer.send(
      {
        url,
        method: "POST",
        headers: {},
        body: Buffer.from("{}"),
        allowPrivateNetwork,
        timeouts: { connectMs: 400, firstByteMs: 400, idleMs: 400, totalMs: 800 },
      },
      {
        onHead: (got) => {
          status = got;
        },
        onData: () => undefined,
        onEnd: () => resolve(status),
        onFault: (fault) => resolve(fault.kind),
      },
    );
  });

describe("addresses that must never be dialled", () => {
  it("are more than two hundred", () => {
    expect(ssrfCorpus(1).length).toBeGreaterThan(200);
  });

  it("reach nobody: each is refused by the dialer, and none opens a connection", async () => {
    const corpus = ssrfCorpus(port).filter((url) => URL.canParse(url));
    expect(corpus.length).toBeGreaterThan(200);
    const before = connections;
    const results = await Promise.all(corpus.map(async (url) => [url, await dial(url)] as const));
    expect(results.filter(([, result]) => result !== "refused-address")).toEqual([]);
    expect(connections - before).toBe(0);
  });

  it("include the names of this host, as far as they resolve", async () => {
    const before = connections;
    const results = await Promise.all(ssrfNames(port).map((url) => dial(url)));
    expect(results.filter((result) => result !== "refused-address" && result !== "network")).toEqual([]);
    expect(results).toContain("refused-address");
    expect(connections - before).toBe(0);
  });

  it("are refused when they are saved, too", () => {
    const accepted = [...ssrfCorpus(port), ...ssrfNames(port)].filter(
      (url) => checkBaseUrl(url, { path: ["providers", 0, "baseUrl"], allowPrivateNetwork: false }).errors.length === 0,
    );
    expect(accepted).toEqual([]);
  });

  it("would have been reached otherwise: this test can fail", async () => {
    const before = connections;
    expect(await dial(`http://127.0.0.1:${port}/`, true)).toBe(200);
    expect(await dial(`http://[::1]:${port}/`, true)).toBe(200);
    expect(connections - before).toBe(2);
  });
});

describe("names that lead to such addresses", () => {
  const loopback: Address = { address: "127.0.0.1", family: 4 };
  const elsewhere: Address = { address: "93.184.216.34", family: 4 };
  const mapped: Address = { address: "::ffff:127.0.0.1", family: 6 };

  it.each([
    ["one that is private", [[loopback]]],
    ["one that is mapped", [[mapped]]],
    ["a private one behind a public one", [[elsewhere, loopback]]],
    ["a public one behind a private one", [[loopback, elsewhere]]],
  ])("%s is refused", async (_what, planned) => {
    const before = connections;
    answers.set("rebind.test", planned);
    expect(await dial(`http://rebind.test:${port}/`)).toBe("refused-address");
    expect(connections - before).toBe(0);
  });

  it("a name that answers publicly first and privately afterwards is asked once for a connection, and refused for the next", async () => {
    const before = connections;
    answers.set("flip.test", [[{ address: "192.0.2.1", family: 4 }], [loopback], [loopback]]);
    expect(await dial(`http://flip.test:${port}/`)).toBe("refused-address");
    expect(await dial(`http://flip.test:${port}/`)).toBe("refused-address");
    expect(connections - before).toBe(0);
    expect(answers.get("flip.test")).toHaveLength(1);
  });
});
