import { expect, it } from "vitest";
import { readPlainRequest } from "./plain-request.ts";

const BODY = '{"model":"m"}';
const HEADERS = ["host: x", "Authorization: Bearer key", "content-type: application/json", "content-length: 13"];

type Said = { readonly line?: string; readonly headers?: readonly string[]; readonly body?: string };

const bytesOf = ({ line = "POST /v1/chat/completions HTTP/1.1", headers = HEADERS, body = BODY }: Said = {}) =>
  Buffer.from(`${[line, ...headers].join("\r\n")}\r\n\r\n${body}`, "latin1");

it("a plain call is read whole: where it goes, its headers by any case, its body", () => {
  const request = readPlainRequest(bytesOf({ headers: [...HEADERS, "X-Many: a", "x-many:\t b \t"] }));
  expect(request?.url).toBe("/v1/chat/completions");
  expect(["authorization", "host", "x-many", "auth", "none"].map((name) => request?.header(name))).toEqual([
    "Bearer key",
    "x",
    "a, b",
    undefined,
    undefined,
  ]);
  expect(request?.body?.toString()).toBe(BODY);
});

it("a body of which a part is missing is not there yet", () => {
  const request = readPlainRequest(bytesOf({ body: BODY.slice(0, -1) }));
  expect(request).toMatchObject({ url: "/v1/chat/completions", body: undefined });
});

it.each([
  "/v1/chat/completions",
  "/v1beta/models/gemini-2.5:generateContent?key=a%2Fb&alt=sse",
  "/v1/responses/resp_1",
  "/v1/a..b/c",
])("the address %s is plain", (url) => {
  expect(readPlainRequest(bytesOf({ line: `POST ${url} HTTP/1.1` }))?.url).toBe(url);
});

const without = (name: string) => HEADERS.filter((line) => !line.startsWith(name));

it.each<readonly [string, Said]>([
  ["another method", { line: "PUT /v1/chat/completions HTTP/1.1" }],
  ["a method in lower case", { line: "post /v1/chat/completions HTTP/1.1" }],
  ["HTTP/1.0", { line: "POST /v1/chat/completions HTTP/1.0" }],
  ["two spaces", { line: "POST  /v1/chat/completions HTTP/1.1" }],
  ["a line before it", { line: "\r\nPOST /v1/chat/completions HTTP/1.1" }],
  ["an absolute address", { line: "POST http://x/v1/chat/completions HTTP/1.1" }],
  ["another's address", { line: "POST //x/v1/chat/completions HTTP/1.1" }],
  ["a page", { line: "POST /api/portal/keys HTTP/1.1" }],
  ["dots", { line: "POST /v1/../healthz HTTP/1.1" }],
  ["a dot", { line: "POST /v1/./models HTTP/1.1" }],
  ["an escape", { line: "POST /v1/chat%2fcompletions HTTP/1.1" }],
  ["an empty segment", { line: "POST /v1//models HTTP/1.1" }],
  ["a space in the address", { line: "POST /v1/a b HTTP/1.1" }],
  ["a long address", { line: `POST /v1/models?${"a".repeat(9_000)} HTTP/1.1` }],
  ["no host", { headers: without("host") }],
  ["no length", { headers: without("content-length") }],
  ["a length with a sign", { headers: [...without("content-length"), "content-length: +13"] }],
  ["a length in hexadecimal", { headers: [...without("content-length"), "content-length: 0xd"] }],
  ["a list of lengths", { headers: [...without("content-length"), "content-length: 13, 13"] }],
  ["two lengths", { headers: [...HEADERS, "Content-Length: 13"] }],
  ["a long body", { headers: [...without("content-length"), "content-length: 70000"] }],
  ["chunks", { headers: [...HEADERS, "transfer-encoding: chunked"] }],
  ["chunks in another case", { headers: [...HEADERS, "Transfer-Encoding: identity"] }],
  ["an expectation", { headers: [...HEADERS, "expect: 100-continue"] }],
  ["an upgrade", { headers: [...HEADERS, "connection: upgrade", "upgrade: h2c"] }],
  ["a last request", { headers: [...HEADERS, "connection: close"] }],
  ["a list of connection options", { headers: [...HEADERS, "connection: keep-alive, te"] }],
  ["trailers", { headers: [...HEADERS, "trailer: x-a"] }],
  ["two authorizations", { headers: [...HEADERS, "authorization: Bearer other"] }],
  ["two hosts", { headers: [...HEADERS, "Host: y"] }],
  ["a folded header", { headers: [...HEADERS, "x-a: b", " c"] }],
  ["a space before a colon", { headers: [...HEADERS, "x-a : b"] }],
  ["a header without a colon", { headers: [...HEADERS, "x-a"] }],
  ["a header without a name", { headers: [...HEADERS, ": b"] }],
  ["a bare line feed", { headers: [...HEADERS, "x-a: b\nx-c: d"] }],
  ["a bare carriage return", { headers: [...HEADERS, "x-a: b\rx-c: d"] }],
  ["a NUL", { headers: [...HEADERS, "x-a: b\0"] }],
  ["a letter beyond ASCII", { headers: [...HEADERS, "x-a: \xe9"] }],
  ["many headers", { headers: [...HEADERS, ...Array.from({ length: 100 }, (_, number) => `x-${number}: a`)] }],
  ["a large head", { headers: [...HEADERS, `x-a: ${"a".repeat(17_000)}`] }],
  ["another request behind it", { body: `${BODY}POST /v1/` }],
])("%s is not plain", (_what, said) => {
  expect(readPlainRequest(bytesOf(said))).toBeUndefined();
});

it("a head of which a part is missing is not plain", () => {
  const whole = bytesOf();
  const headEnd = whole.indexOf("\r\n\r\n");
  for (let length = 0; length < headEnd + 4; length++)
    expect(readPlainRequest(whole.subarray(0, length))).toBeUndefined();
});
