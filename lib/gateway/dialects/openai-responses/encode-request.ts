import type {
  Conversation,
  JsonObject,
  Message,
  OutputFormat,
  Part,
  ReasoningRequest,
  TextPart,
} from "#lib/gateway/conversation";
import type { Encoded, RequestTarget } from "#lib/gateway/dialects/codec";
import { defined, listIn, objectIn } from "#lib/gateway/dialects/read";
import { effortOf } from "../reasoning-effort.ts";
import { itemsOf } from "./encode-items.ts";
import { LOGPROBS } from "./logprobs.ts";
import { OWN, ownFields } from "./own.ts";
import { PARAGRAPH } from "./reasoning.ts";
import { lossesOfRequest, takesBreakpoints, tierOf, userOf } from "./request-losses.ts";
import { writeToolChoice, writeTools } from "./tools.ts";

const PROOFS = "reasoning.encrypted_content";

/** Writes a request to `POST /v1/responses` that leaves nothing behind upstream: the gateway keeps state itself. */
export function encodeRequest(conversation: Conversation, { model, isStream }: RequestTarget): Encoded {
  const { messages, tools, toolChoice } = conversation;
  const own = ownFields(conversation.extras);
  const instructions = instructionsOf(messages, model);
  const spoken = instructions === undefined ? messages : messages.slice(1);
  const body = defined({
    model,
    stream: isStream ? true : undefined,
    instructions,
    input: spoken.flatMap((message) => itemsOf(message, model)),
    tools: tools.length === 0 ? undefined : writeTools(tools),
    tool_choice: toolChoice && writeToolChoice(toolChoice, tools),
    parallel_tool_calls: conversation.allowsParallelTools,
    max_output_tokens: conversation.maxOutputTokens,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    top_logprobs: conversation.logprobs?.top,
    service_tier: tierOf(conversation),
    metadata: conversation.metadata,
    safety_identifier: userOf(conversation),
    prompt_cache_key: conversation.cacheKey,
    ...own,
    text: filled({ ...writeText(conversation), ...objectIn(own.text) }),
    reasoning: filled({ ...writeReasoning(conversation.reasoning), ...objectIn(own.reasoning) }),
    include: includeOf(conversation, own),
    store: false,
  });
  return { body, losses: lossesOfRequest(conversation, model) };
}

/**
 * The leading system message, where it is text alone; anything richer can be said as an item in its place. Where there is
 * nothing else, it is the input that may not be missing.
 */
function instructionsOf([first, ...rest]: readonly Message[], model: string): string | undefined {
  if (first?.role !== "system" || first.extras?.dialect === OWN || rest.length === 0) return undefined;
  const texts = first.parts.flatMap((part) => (isBare(part, model) ? [part.text] : []));
  return texts.length > 0 && texts.length === first.parts.length ? texts.join(PARAGRAPH) : undefined;
}

const isBare = (part: Part, model: string): part is TextPart =>
  part.kind === "text" && part.extras?.dialect !== OWN && !(part.cacheHint && takesBreakpoints(model));

const writeText = ({ output, verbosity }: Conversation): JsonObject =>
  defined({ format: output && writeFormat(output), verbosity });

function writeFormat(output: OutputFormat): JsonObject {
  if (output.kind !== "json-schema") return { type: output.kind === "json" ? "json_object" : "text" };
  const { name, description, schema, isStrict } = output;
  return defined({ type: "json_schema", name, description, schema, strict: isStrict });
}

const writeReasoning = (reasoning: ReasoningRequest = {}): JsonObject =>
  defined({ effort: effortOf(reasoning), summary: reasoning.show === "none" ? undefined : reasoning.show });

const filled = (object: JsonObject): JsonObject | undefined => (Object.keys(object).length === 0 ? undefined : object);

/** Nothing is stored, so thoughts must come with their proofs, or the next turn would start without them. */
function includeOf({ reasoning, messages, logprobs }: Conversation, own: JsonObject): JsonObject["include"] {
  const isReasoning = reasoning !== undefined && effortOf(reasoning) !== "none";
  const include = new Set(listIn(own.include));
  if (isReasoning || messages.some(holdsProof)) include.add(PROOFS);
  if (logprobs) include.add(LOGPROBS);
  return include.size === 0 ? undefined : [...include];
}

const holdsProof = ({ parts }: Message) =>
  parts.some((part) => part.kind === "reasoning" && part.signature?.origin === OWN);
