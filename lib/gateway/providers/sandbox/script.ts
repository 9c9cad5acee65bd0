import { objectIn } from "#lib/gateway/dialects/read";
import { type Composition, compose } from "./compose.ts";
import { type Knobs, knobsOf } from "./knobs.ts";
import { embeddingsText, moderationsText } from "./other-answers.ts";

/** One thing the simulated upstream does, `afterMs` after the one before. */
export type Act =
  | {
      readonly kind: "head";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly afterMs: number;
    }
  | { readonly kind: "data"; readonly text: string; readonly afterMs: number }
  | { readonly kind: "end"; readonly afterMs: number }
  | { readonly kind: "reset"; readonly afterMs: number };

type Scene = {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly knobs: Knobs;
  readonly composition: Composition;
  readonly model: string;
};

const JSON_HEAD = { "content-type": "application/json" };
const STREAM_HEAD = { "content-type": "text/event-stream" };
const CREATED_S = 1_767_225_600;

/**
 * Writes the whole behaviour of the simulated upstream for one request; `operation` is the last part of its address.
 * Deterministic: the same bytes give the same acts.
 */
export function scriptOf(body: string, operation: string): Act[] {
  const fields = fieldsOf(body, operation);
  const model = String(fields.model ?? "sandbox-chat");
  const knobs = knobsOf(model, fields.sandbox);
  const scene: Scene = { fields, knobs, composition: compose(fields, knobs), model };
  const status = /^error-(\d{3})$/.exec(knobs.fault ?? "")?.[1];
  if (status !== undefined) return errorScript(Number(status), knobs);
  if (knobs.fault === "hang") return [];
  const other = OTHER_ANSWERS.get(operation);
  if (other) return wholeScript(scene, () => other(fields, model));
  return fields.stream === true ? streamScript(scene) : wholeScript(scene);
}

const OTHER_ANSWERS: ReadonlyMap<string, (fields: Scene["fields"], model: string) => string> = new Map([
  ["embeddings", embeddingsText],
  ["moderations", moderationsText],
]);

/** A prompt of the older endpoint is answered as if a user had said it. */
function fieldsOf(body: string, operation: string): Scene["fields"] {
  const fields = objectIn(JSON.parse(body)) ?? {};
  if (operation !== "completions") return fields;
  return { ...fields, messages: [{ role: "user", content: promptText(fields.prompt) }], isPrompt: true };
}

const promptText = (prompt: unknown) => (typeof prompt === "string" ? prompt : JSON.stringify(prompt));

function errorScript(status: number, knobs: Knobs): Act[] {
  const headers = status === 429 ? { ...JSON_HEAD, "retry-after": "1" } : JSON_HEAD;
  const error = {
    message: `The sandbox was asked to fail with ${status}.`,
    type: "sandbox_error",
    param: null,
    code: "sandbox_fault",
  };
  return [
    { kind: "head", status, headers, afterMs: knobs.latencyMs },
    { kind: "data", text: JSON.stringify({ error }), afterMs: 0 },
    { kind: "end", afterMs: 0 },
  ];
}

function wholeScript(scene: Scene, write = () => wholeText(scene)): Act[] {
  const { knobs, composition } = scene;
  const generationMs = knobs.tokensPerSecond > 0 ? (composition.pieces.length * 1000) / knobs.tokensPerSecond : 0;
  const head: Act = { kind: "head", status: 200, headers: JSON_HEAD, afterMs: knobs.latencyMs + generationMs };
  if (knobs.fault === "reset" || knobs.fault === "cut") return [head, { kind: "reset", afterMs: 0 }];
  return [head, { kind: "data", text: write(), afterMs: 0 }, { kind: "end", afterMs: 0 }];
}

function wholeText({ fields, knobs, composition, model }: Scene): string {
  if (knobs.fault === "malformed") return '{"id":';
  if (knobs.fault === "error-in-200")
    return JSON.stringify({
      error: { message: "The sandbox failed inside a 200.", type: "server_error", code: null, param: null },
    });
  const { pieces, toolCalls, finishReason, usage } = composition;
  const calls = toolCalls.map((call) => ({
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
  const message = {
    role: "assistant",
    content: calls.length > 0 ? null : pieces.join(""),
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason };
  return JSON.stringify({
    ...headOf(fields, "chat.completion", model),
    choices: [fields.isPrompt ? promptChoice(choice, pieces.join("")) : choice],
    ...(knobs.fault === "no-usage" ? {} : { usage }),
  });
}

const headOf = ({ isPrompt }: Scene["fields"], object: string, model: string) => ({
  id: isPrompt ? "cmpl-sandbox" : "chatcmpl-sandbox",
  object: isPrompt ? "text_completion" : object,
  created: CREATED_S,
  model,
});

type Choice = { readonly index: number; readonly finish_reason: string | null };

/** A choice of the older endpoint says its text bare. */
const promptChoice = ({ index, finish_reason }: Choice, text: string) => ({
  index,
  text,
  logprobs: null,
  finish_reason,
});

function streamScript(scene: Scene): Act[] {
  const { knobs, composition } = scene;
  const pauseMs = knobs.tokensPerSecond > 0 ? 1000 / knobs.tokensPerSecond : 0;
  const deltas = [...composition.pieces.map((content) => ({ content })), ...toolDeltas(composition)];
  const events: Act[] = deltas.map((delta) => ({
    kind: "data",
    text: chunkText(scene, [choiceOf(delta)]),
    afterMs: pauseMs,
  }));
  const opening: Act[] = [
    { kind: "head", status: 200, headers: STREAM_HEAD, afterMs: knobs.latencyMs },
    { kind: "data", text: chunkText(scene, [choiceOf({ role: "assistant", content: "", refusal: null })]), afterMs: 0 },
  ];
  const half = Math.ceil(events.length / 2);
  switch (knobs.fault) {
    case "reset":
      return [...opening, ...events.slice(0, half), { kind: "reset", afterMs: 0 }];
    case "cut":
      return [...opening, ...events.slice(0, half), { kind: "end", afterMs: 0 }];
    case "malformed":
      return [
        ...opening,
        ...events.slice(0, half),
        { kind: "data", text: "data: {not json\n\n", afterMs: 0 },
        { kind: "end", afterMs: 0 },
      ];
    case "error-in-200":
    case "error-in-stream":
      return [
        ...opening,
        ...events.slice(0, knobs.fault === "error-in-200" ? 0 : half),
        inStreamError,
        { kind: "end", afterMs: 0 },
      ];
    default:
      return [...opening, ...events, ...closing(scene)];
  }
}

const inStreamError: Act = {
  kind: "data",
  text: `data: ${JSON.stringify({ error: { message: "The sandbox failed inside its stream.", type: "server_error", code: null, param: null } })}\n\n`,
  afterMs: 0,
};

function closing(scene: Scene): Act[] {
  const wantsUsage = objectIn(scene.fields.stream_options)?.include_usage === true && scene.knobs.fault !== "no-usage";
  const finish = { index: 0, delta: {}, logprobs: null, finish_reason: scene.composition.finishReason };
  return [
    { kind: "data", text: chunkText(scene, [finish]), afterMs: 0 },
    ...(wantsUsage ? [{ kind: "data", text: chunkText(scene, [], scene.composition.usage), afterMs: 0 } as const] : []),
    { kind: "data", text: "data: [DONE]\n\n", afterMs: 0 },
    { kind: "end", afterMs: 0 },
  ];
}

type StreamedChoice = Choice & { readonly delta: Readonly<Record<string, unknown>> };

const choiceOf = (delta: StreamedChoice["delta"]) => ({ index: 0, delta, logprobs: null, finish_reason: null });

const toolDeltas = ({ toolCalls }: Composition) =>
  toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
    { tool_calls: [{ index, function: { arguments: call.arguments } }] },
  ]);

function chunkText({ model, fields }: Scene, choices: readonly StreamedChoice[], usage: unknown = null): string {
  const wantsUsage = objectIn(fields.stream_options)?.include_usage === true;
  const chunk = {
    ...headOf(fields, "chat.completion.chunk", model),
    choices: fields.isPrompt
      ? choices.map((choice) => promptChoice(choice, String(choice.delta.content ?? "")))
      : choices,
    ...(wantsUsage ? { usage } : {}),
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
