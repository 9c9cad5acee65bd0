import { createServer } from "node:https";
import { afterEach, expect, it } from "vitest";
import { selfSigned } from "#tests/support/self-signed";
import { chooseAddresses } from "./roles.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

const server = createServer(selfSigned("gateway.example"), (_request, response) => response.end("ready"));
afterEach(() => void server.close());

it("finds a gateway ready that has a certificate of its own, at the https address that is told", async () => {
  const settings = { TLS_CERT_FILE: "cert.pem", TLS_KEY_FILE: "key.pem" };
  const { url, port } = await chooseAddresses({ host: "127.0.0.1", port: 0 }, settings);
  expect(url).toBe(`https://127.0.0.1:${port}`);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = AbortSignal.timeout(10_000);
  await waitUntilReady({ name: "gateway", url: `${url}/readyz`, logFile: "none", deaths: () => 0, stop });
});

it("tells a plain address without a certificate", async () => {
  expect((await chooseAddresses({ host: "::", port: 8080 }, { TLS_CERT_FILE: "" })).url).toBe("http://127.0.0.1:8080");
});
