import type { RequestRecord } from "#lib/base/request-record";
import { openDialer } from "#lib/drivers/upstream.http1";
import { handle } from "#lib/gateway/handle";
import type { Provider } from "#lib/gateway/providers/provider";
import { benchOf, bodyOf, deploymentOf, modelOf, requestOf } from "#tests/support/gateway";
import { type Canned, type Received, startReplayUpstream } from "#tests/support/replay-upstream";

type Asked = {
  readonly provider: Provider;
  readonly canned: Canned;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly path?: string;
  /** Path and query of the upstream's address, where it is not that of the provider's default. */
  readonly address?: string;
  readonly upstreamModel?: string;
};

export type Replayed = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly record: RequestRecord;
  /** What the upstream was sent; absent when it was not asked. */
  readonly received: Received | undefined;
};

export const MODEL = "model";

const MESSAGES = [{ role: "user", content: "What is said in the yard?" }];

/** Replays canned replies to one gateway core after another, over a real socket and the real dialer. */
export async function openReplay() {
  const upstream = await startReplayUpstream();
  const dialer = openDialer();

  async function replay(asked: Asked): Promise<Replayed> {
    const { provider, upstreamModel = MODEL } = asked;
    const baseUrl = upstream.origin + (asked.address ?? pathOf(provider.defaultBaseUrl));
    const deployment = deploymentOf({ provider, baseUrl, upstreamModel });
    const bench = benchOf([modelOf({ deployments: [deployment] })], { upstream: dialer });
    const before = upstream.received.length;
    upstream.answer(asked.canned);
    const body = { model: MODEL, messages: MESSAGES, ...asked.body };
    const reply = await handle(requestOf({ path: asked.path, body }), bench.deps);
    const text = await bodyOf(reply);
    const record = bench.records[0] ?? bench.notes[0];
    if (record === undefined) throw new Error("the request was not settled");
    return { status: reply.status, headers: reply.headers, text, record, received: upstream.received[before] };
  }

  return {
    replay,
    close: async () => {
      await dialer.close();
      await upstream.close();
    },
  };
}

const pathOf = (address = "http://upstream.invalid/v1") => new URL(address).pathname.replace(/\/$/, "");
