import { expect, it } from "vitest";
import type { UpstreamFault } from "#lib/gateway/ports";
import { sandboxUpstream } from "./upstream.sandbox.ts";

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 1_000 };

/** Sends a body, and gives what came of it: the text, and the fault that ended it. */
function ask(body: string, meanwhile: (call: ReturnType<typeof sandboxUpstream.send>) => void = () => undefined) {
  return new Promise<{ readonly text: string; readonly fault: UpstreamFault | undefined }>((resolve) => {
    let text = "";
    const call = sandboxUpstream.send(
      {
        url: "http://sandbox.invalid/v1/chat-completions",
        method: "POST",
        headers: {},
        body: Buffer.from(body),
        allowPrivateNetwork: false,
        timeouts: TIMEOUTS,
      },
      {
        onHead: () => undefined,
        onData: (bytes) => {
          text += Buffer.from(bytes).toString("utf8");
        },
        onEnd: () => resolve({ text, fault: undefined }),
        onFault: (fault) => resolve({ text, fault }),
      },
    );
    meanwhile(call);
  });
}

it("what it cannot read is a fault of the call, and not of the process", async () => {
  expect((await ask("{")).fault).toMatchObject({ kind: "network" });
});

it("a call that is paused before it has begun goes on where it is resumed", async () => {
  const messages = [{ role: "user", content: "hi" }];
  const { text, fault } = await ask(JSON.stringify({ model: "m", messages }), (call) => {
    call.pause();
    setTimeout(() => call.resume(), 10);
  });
  expect(fault).toBeUndefined();
  expect(JSON.parse(text).choices[0].message.content).toContain("hi");
});

it.concurrent.each([1e-9, 0.001, 1])(
  "however slow it was asked to be (%d tokens a second), a call ends in its time",
  async (rate) => {
    const sandbox = { tokensPerSecond: rate, outputTokens: 300 };
    const asked = [false, true].map((stream) => ask(JSON.stringify({ model: "m", messages: [], stream, sandbox })));
    for (const { fault } of await Promise.all(asked)) expect(fault).toMatchObject({ kind: "total-timeout" });
  },
);
