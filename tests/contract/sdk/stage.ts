import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll } from "vitest";
import type { DialectId } from "#lib/gateway/conversation";
import { startDialectUpstream } from "#tests/support/dialect-upstream";
import type { Script } from "#tests/support/dialect-upstream-script";
import { openGatewayDoor } from "#tests/support/gateway-door";
import { DIALECTS, modelsAt, modelThrough, PHRASINGS } from "#tests/support/pairs";
import { type JsonObject, parseObject } from "#tests/support/pairs-json";
import type { Question } from "#tests/support/pairs-question";

/** The gateway in front of an upstream that is told what to say and tells what it was asked. */
export type Stage = {
  readonly origin: string;
  /** Says one script after the other; the last one again and again. */
  readonly says: (...scripts: readonly Script[]) => void;
  readonly refuses: (status: number) => void;
  /** Stops after its first words until the reader has left. */
  readonly pauses: (script: Script) => void;
  readonly leftAlone: () => number;
  /** What was asked since the upstream was last told what to say. */
  readonly asked: () => readonly Question[];
  readonly close: () => Promise<void>;
};

/** Upstreams of which one is written by hand here, the other by people who never saw this gateway. */
export const STAGES = { "our own upstream": openOwn, aimock: openAimock } as const;

export type StageName = keyof typeof STAGES;

/** Every upstream that SDKs are tried in front of. */
export const FRONTS: readonly { readonly stage: StageName; readonly upstream: DialectId; readonly model: string }[] = (
  ["our own upstream", "aimock"] as const
).flatMap((stage) => DIALECTS.map((upstream) => ({ stage, upstream, model: modelThrough(upstream) })));

/** Opens both stages once for the test file that says so, and closes them after it. */
export function stagesOfFile() {
  const stages: Partial<Record<StageName, Stage>> = {};
  beforeAll(async () => {
    stages["our own upstream"] = await openOwn();
    stages.aimock = await openAimock();
  });
  afterAll(async () => {
    for (const stage of Object.values(stages)) await stage.close();
  });
  return {
    at(name: StageName): Stage {
      const stage = stages[name];
      if (stage === undefined) throw new Error(`${name} is not open`);
      return stage;
    },
  };
}

async function openOwn(): Promise<Stage> {
  const upstream = await startDialectUpstream();
  const door = await openGatewayDoor(modelsAt(upstream.origin));
  let before = 0;
  const told = () => {
    before = upstream.heard.length;
  };
  return {
    origin: door.origin,
    says(...scripts) {
      told();
      upstream.answer(...scripts.map((script) => ({ kind: "says", script }) as const));
    },
    refuses(status) {
      told();
      upstream.answer({ kind: "refuses", status });
    },
    pauses(script) {
      told();
      upstream.answer({ kind: "says", script, until: new Promise(() => undefined) });
    },
    leftAlone: upstream.leftAlone,
    asked: () => upstream.heard.slice(before).map(({ dialect, body }) => PHRASINGS[dialect].read(body)),
    close: async () => {
      await door.close();
      await upstream.close();
    },
  };
}

async function openAimock(): Promise<Stage> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 9 });
  await mock.start();
  const door = await openGatewayDoor(modelsAt(mock.url.replace("localhost", "127.0.0.1")));
  const start = () => mock.clearFixtures().clearRequests();
  return {
    origin: door.origin,
    says(...scripts) {
      start();
      let asked = 0;
      mock.on({ predicate: () => true }, ({ model }) => {
        const script = scripts[Math.min(asked, scripts.length - 1)];
        asked += 1;
        if (script === undefined) throw new Error("nothing to say");
        return { ...fixtureOf(script), ...geminiFinish(model) };
      });
    },
    refuses(status) {
      start();
      mock.on({ predicate: () => true }, { error: { message: "aimock refuses" }, status });
    },
    pauses(script) {
      start();
      mock.on({ predicate: () => true }, fixtureOf(script), { streamingProfile: { ttft: 0, tps: 40 } });
    },
    // aimock does not tell of readers who leave; our own record does.
    leftAlone: () => door.bench.records.filter(({ outcome }) => outcome === "cancelled").length,
    asked: () => mock.getRequests().map(({ path, body }) => readJournal(path, parseObject(JSON.stringify(body)))),
    close: async () => {
      await door.close();
      await mock.stop();
    },
  };
}

/** Each surface of aimock takes its own names of the counts. */
function fixtureOf({ said, usage }: Script) {
  const content = said.flatMap((one) => (one.kind === "text" ? [one.text] : [])).join("");
  const toolCalls = said.flatMap((one) =>
    one.kind === "call" ? [{ id: one.id, name: one.name, arguments: JSON.stringify(one.input) }] : [],
  );
  const counts = {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    input_tokens: usage.input,
    output_tokens: usage.output,
    promptTokenCount: usage.input,
    candidatesTokenCount: usage.output,
    totalTokenCount: usage.input + usage.output,
  };
  if (toolCalls.length === 0) return { content, usage: counts };
  return content === "" ? { toolCalls, usage: counts } : { content, toolCalls, usage: counts };
}

/** aimock ends Gemini's calls with a word that Google does not have. */
const geminiFinish = (model: string) => (model.startsWith("gemini") ? { finishReason: "stop" } : {});

/** aimock keeps every request in its own reading, which is that of chat completions. */
const readJournal = (_path: string, body: JsonObject): Question => PHRASINGS["openai-chat"].read(body);
