import { expect, inject, it } from "vitest";
import { edgeChat } from "#tests/support/edge-chat";
import { statusesIn } from "#tests/support/raw-http";
import { expectUnharmed, sayAsAttacker, underAttack } from "#tests/support/under-attack";

const withHeader = (header: string) => edgeChat({ headers: `connection: close\r\n${header}` });
const get = (target: string, headers = "") =>
  `GET ${target} HTTP/1.1\r\nhost: edge.test\r\n${headers}connection: close\r\n\r\n`;

/** Heads that have fooled servers, and what is right for each; nothing stands for a connection closed without a word. */
const HOSTILE: readonly (readonly [string, () => string, readonly number[]])[] = [
  ["a header of 20 kB", () => withHeader(`x-long: ${"a".repeat(20_000)}\r\n`), [431]],
  ["2,000 headers", () => withHeader(Array.from({ length: 2_000 }, (_, n) => `x-${n}: 1\r\n`).join("")), [431]],
  ["two keys", () => withHeader("authorization: Bearer other\r\n"), [400]],
  ["two hosts", () => withHeader("host: other.test\r\n"), [400]],
  ["two lengths", () => withHeader("content-length: 3\r\n"), [400]],
  ["a length and chunks", () => withHeader("transfer-encoding: chunked\r\n"), [400]],
  ["an encoding that is none", () => withHeader("transfer-encoding: xchunked\r\n"), [400]],
  ["a length that is no number", () => edgeChat().replace(/content-length: \d+/, "content-length: 0x10"), [400]],
  ["a folded header", () => withHeader("x-folded: a\r\n b\r\n"), [400]],
  ["a space before the colon", () => withHeader("x-spaced : a\r\n"), [400]],
  ["a bare line feed", () => withHeader("x-a: b\nx-b: c\r\n"), [200, 400]],
  ["a NUL in a header", () => withHeader("x-nul: a\0b\r\n"), [400]],
  ["no host", () => "GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n", [400]],
  ["a line that never was HTTP", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
  [
    "another protocol",
    () => get("/v1/models", "upgrade: websocket\r\n").replace("connection: close", "connection: upgrade"),
    [426],
  ],
  ["CONNECT", () => "CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: 127.0.0.1:22\r\n\r\n", [405]],
  ["TRACE", () => get("/v1/models").replace("GET", "TRACE"), [405]],
  ["an address elsewhere", () => get("http://127.0.0.1:1/v1/models"), [400, 401, 404]],
  ["a path that climbs", () => get("/v1/../api/admin/v1/keys"), [400]],
  ["a path that climbs in code", () => get("/v1/%2e%2e/metrics"), [400]],
  ["a path that doubles its slashes", () => get("//v1/models"), [400, 404]],
  ["a URL of 20 kB", () => get(`/v1/models?${"a".repeat(20_000)}`), [414, 431]],
  ["an expectation of something else", () => withHeader("expect: the-spanish-inquisition\r\n"), [417]],
];

it("C7: heads that are too large, ambiguous or dangerous are refused, each with one clear answer", async () => {
  const report = await underAttack(async () => {
    for (const [title, said, right] of HOSTILE) {
      const { text } = await sayAsAttacker(said());
      const statuses = statusesIn(text);
      expect({ title, wrong: statuses.filter((status) => !right.includes(status)) }).toEqual({ title, wrong: [] });
      expect({ title, answers: statuses.length }).toEqual({ title, answers: 1 });
    }
  });
  expectUnharmed(report);
});

/** Ways to be taken for somebody, or to be somewhere, that one is not. */
const FORGED = [
  "x-forwarded-host: admin.test",
  "x-forwarded-for: 127.0.0.1",
  "x-original-url: /metrics",
  "x-middleware-subrequest: middleware",
];

it("C7: forged hosts and hops open nothing: the answer is that of a stranger", async () => {
  for (const path of ["/metrics", "/v1/models", "/api/admin/v1/organizations"]) {
    const plain = await fetch(`${inject("edge").url}${path}`);
    for (const header of FORGED) {
      const { text } = await sayAsAttacker(get(path, `${header}\r\n`));
      expect({ path, header, statuses: statusesIn(text) }).toEqual({ path, header, statuses: [plain.status] });
    }
    expect(plain.status).toBeGreaterThanOrEqual(400);
  }
});
