import { objectIn, textIn } from "#lib/gateway/dialects/read";
import { parseAround } from "#lib/gateway/json-exact";
import { scanForParsing } from "#lib/gateway/json-scan";
import { type Composition, compose, type ToolCall, tokensFor } from "./compose.ts";
import { type Knobs, knobsOf } from "./knobs.ts";
import { embeddingsText, moderationsText, type OtherAnswer } from "./other-answers.ts";

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
  readonly fields: Fields;
  readonly knobs: Knobs;
  readonly composition: Composition;
  readonly model: string;
};

type Fields = Readonly<Record<string, unknown>>;

const JSON_HEAD = { "content-type": "application/json" };
const STREAM_HEAD = { "content-type": "text/event-stream" };
const CREATED_S = 1_767_225_600;

/**
 * Gives the whole behaviour of the simulated upstream for one request, act by act; `operation` is the last part of its
 * address. Deterministic: the same bytes give the same acts. What it says is bounded whatever is asked.
 */
export function scriptOf(body: Uint8Array, operation: string): Iterable<Act> {
  const fields = fieldsOf(body, operation);
  const model = textIn(fields.model) ?? "sandbox-chat";
  const knobs = knobsOf(model, fields.sandbox);
  const status = /^error-(\d{3})$/.exec(knobs.fault ?? "")?.[1];
  if (status !== undefined) return errorScript(Number(status), knobs);
  if (knobs.fault === "hang") return [];
  const inputTokens = tokensFor(body.length);
  const other = OTHER_ANSWERS.get(operation);
  if (other) return otherScript(knobs, other(fields, { model, inputTokens }));
  const scene = { fields, knobs, model, composition: compose(fields, knobs, inputTokens) };
  return fields.stream === true ? streamScript(scene) : wholeScript(scene);
}

const OTHER_ANSWERS: ReadonlyMap<string, OtherAnswer> = new Map([
  ["embeddings", embeddingsText],
  ["moderations", moderationsText],
]);

/** A prompt of the older endpoint is answered as if a user had said it. */
function fieldsOf(body: Uint8Array, operation: string): Fields {
  const fields = objectIn(parseAround(body, scanForParsing(body) ?? []).json) ?? {};
  if (operation !== "completions") return fields;
  return { ...fields, messages: [{ role: "user", content: promptText(fields.prompt) }], isPrompt: true };
}

const promptText = (prompt: unknown) => (typeof prompt === "string" ? prompt : JSON.stringify(prompt));

function errorScript(status: number, knobs: Knobs): Act[] {
  const error = {
    message: `The sandbox was asked to fail with ${status}.`,
    type: "sandbox_error",
    param: null,
    code: "sandbox_fault",
  };
  return refusal(status, error, knobs.latencyMs);
}

function refusal(status: number, error: object, afterMs: number): Act[] {
  const headers = status === 429 ? { ...JSON_HEAD, "retry-after": "1" } : JSON_HEAD;
  return [
    { kind: "head", status, headers, afterMs },
    { kind: "data", text: JSON.stringify({ error }), afterMs: 0 },
    END,
  ];
}

/** An answer of many parts is written part by part. */
function otherScript({ latencyMs: afterMs, fault }: Knobs, answer: ReturnType<OtherAnswer>): Iterable<Act> {
  if ("refused" in answer) return refusal(400, answer.refused, afterMs);
  const head: Act = { kind: "head", status: 200, headers: JSON_HEAD, afterMs };
  return breaksOff(fault) ? [head, RESET] : partsScript(head, answer);
}

function* partsScript(head: Act, parts: Iterable<string>): Iterable<Act> {
  yield head;
  for (const text of parts) yield { kind: "data", text, afterMs: 0 };
  yield END;
}

/** An answer that is not streamed can only be lost. */
const breaksOff = (fault: Knobs["fault"]) => fault === "reset" || fault === "cut";

function wholeScript(scene: Scene): Act[] {
  const { knobs, composition } = scene;
  const generationMs = knobs.tokensPerSecond > 0 ? (composition.pieces.length * 1000) / knobs.tokensPerSecond : 0;
  const head: Act = { kind: "head", status: 200, headers: JSON_HEAD, afterMs: knobs.latencyMs + generationMs };
  if (breaksOff(knobs.fault)) return [head, RESET];
  return [head, { kind: "data", text: wholeText(scene), afterMs: 0 }, END];
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

const headOf = ({ isPrompt }: Fields, object: string, model: string) => ({
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

function* streamScript(scene: Scene): Iterable<Act> {
  const { knobs, composition } = scene;
  const pauseMs = knobs.tokensPerSecond > 0 ? 1000 / knobs.tokensPerSecond : 0;
  yield { kind: "head", status: 200, headers: STREAM_HEAD, afterMs: knobs.latencyMs };
  yield chunkOf(scene, [choiceOf({ role: "assistant", content: "", refusal: null })]);
  for (const delta of deltasOf(composition, sharePlayed(knobs.fault)))
    yield { ...chunkOf(scene, [choiceOf(delta)]), afterMs: pauseMs };
  yield* endingOf(scene);
}

/** How much of the answer is streamed before what the knobs want to happen. */
function sharePlayed(fault: Knobs["fault"]): number {
  if (fault === "error-in-200") return 0;
  return fault !== undefined && BREAKING.has(fault) ? 0.5 : 1;
}

const BREAKING: ReadonlySet<NonNullable<Knobs["fault"]>> = new Set(["reset", "cut", "malformed", "error-in-stream"]);

function* deltasOf({ pieces, toolCalls }: Composition, share: number): Iterable<StreamedChoice["delta"]> {
  const calls = toolDeltas(toolCalls);
  const count = Math.ceil((pieces.length + calls.length) * share);
  for (const content of pieces.slice(0, count)) yield { content };
  yield* calls.slice(0, Math.max(0, count - pieces.length));
}

function endingOf(scene: Scene): Act[] {
  switch (scene.knobs.fault) {
    case "reset":
      return [RESET];
    case "cut":
      return [END];
    case "malformed":
      return [{ kind: "data", text: "data: {not json\n\n", afterMs: 0 }, END];
    case "error-in-200":
    case "error-in-stream":
      return [inStreamError, END];
    default:
      return closing(scene);
  }
}

const END: Act = { kind: "end", afterMs: 0 };
const RESET: Act = { kind: "reset", afterMs: 0 };

const inStreamError: Act = {
  kind: "data",
  text: `data: ${JSON.stringify({ error: { message: "The sandbox failed inside its stream.", type: "server_error", code: null, param: null } })}\n\n`,
  afterMs: 0,
};

function closing(scene: Scene): Act[] {
  const wantsUsage = objectIn(scene.fields.stream_options)?.include_usage === true && scene.knobs.fault !== "no-usage";
  const finish = { index: 0, delta: {}, logprobs: null, finish_reason: scene.composition.finishReason };
  return [
    chunkOf(scene, [finish]),
    ...(wantsUsage ? [chunkOf(scene, [], scene.composition.usage)] : []),
    { kind: "data", text: "data: [DONE]\n\n", afterMs: 0 },
    END,
  ];
}

type StreamedChoice = Choice & { readonly delta: Readonly<Record<string, unknown>> };

const choiceOf = (delta: StreamedChoice["delta"]) => ({ index: 0, delta, logprobs: null, finish_reason: null });

const toolDeltas = (toolCalls: readonly ToolCall[]) =>
  toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
    { tool_calls: [{ index, function: { arguments: call.arguments } }] },
  ]);

function chunkOf({ model, fields }: Scene, choices: readonly StreamedChoice[], usage: unknown = null): Act {
  const wantsUsage = objectIn(fields.stream_options)?.include_usage === true;
  const chunk = {
    ...headOf(fields, "chat.completion.chunk", model),
    choices: fields.isPrompt
      ? choices.map((choice) => promptChoice(choice, textIn(choice.delta.content) ?? ""))
      : choices,
    ...(wantsUsage ? { usage } : {}),
  };
  return { kind: "data", text: `data: ${JSON.stringify(chunk)}\n\n`, afterMs: 0 };
}
