import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runUp, scratchFolder, until } from "./running-up.ts";

let folder = "";
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = scratchFolder());
});
afterEach(() => remove());

describe("up stops", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "on %s in order, with code 0, and starts again on its data",
    async (signal) => {
      const first = runUp(folder);
      await first.ready();
      const { keys } = first.started();
      first.child.kill(signal);
      expect(await first.ended).toBe(0);
      expect(first.processes()).toEqual([]);

      const second = runUp(folder);
      await second.ready();
      expect(second.started().keys).toEqual(keys);
      second.child.kill("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(second.processes()).toEqual([]);
    },
  );

  it("on SIGTERM only after 50 running streams have finished", async () => {
    const up = runUp(folder);
    await up.ready();
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(up.started())));
    up.child.kill("SIGTERM");
    const texts = await Promise.all(streams.map((stream) => stream.rest()));
    expect(texts.filter((text) => text.trimEnd().endsWith("data: [DONE]"))).toHaveLength(50);
    expect(await up.ended).toBe(0);
    expect(up.processes()).toEqual([]);
  });

  it("while it is still starting, and leaves nothing", async () => {
    const up = runUp(folder);
    await until("something runs", () => up.processes().length > 2);
    up.child.kill("SIGTERM");
    expect(await up.ended).not.toBeNull();
    await until("nothing is left", () => up.processes().length === 0);
  });
});

describe("up refuses with one message and code 1", () => {
  it("a second start on the same folder, the first one going on", async () => {
    const first = runUp(folder);
    await first.ready();
    const { pids } = first.started();
    const second = runUp(folder);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain("already runs on");
    expect(first.started().pids).toEqual(pids);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
  });

  it("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await refuses(["--port", String(port)], `Port ${port} is already in use`);
    taken.close();
  });

  it("a folder that cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    await refuses(["--data-dir", join(folder, "file", "data")], "cannot be written");
  });

  it("a flag it does not know", () => refuses(["--prot", "3"], "Usage: npm run up"));

  it("a configuration file that is not there", () =>
    refuses(["--config", join(folder, "none.yaml")], "cannot be read"));

  it("a configuration that is not valid", async () => {
    writeFileSync(join(folder, "bad.yaml"), "version: 1\nmodels: 7\n");
    await refuses(["--config", join(folder, "bad.yaml")], "bad.yaml");
  });
});

async function refuses(flags: readonly string[], message: string) {
  const up = runUp(folder, ["--no-portal", ...flags]);
  expect(await up.ended).toBe(1);
  expect(up.output()).toContain(message);
  expect(up.output()).not.toMatch(/\n\s+at /);
  expect(up.processes()).toEqual([]);
}

/** Opens a stream of about three seconds and returns once its first bytes are there. */
async function openStream({ url, keys }: { url: string; keys: { live: string } }) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.live}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "sandbox-chat",
      stream: true,
      messages: [{ role: "user", content: "Hello" }],
      sandbox: { tokensPerSecond: 10, outputTokens: 30 },
    }),
  });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  return {
    rest: async () => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
      return text;
    },
  };
}
