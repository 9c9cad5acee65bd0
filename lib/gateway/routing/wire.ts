import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { Conversation, DialectId } from "../conversation.ts";
import type { Codec, Loss, RequestTarget } from "../dialects/codec.ts";
import { CODECS } from "../dialects/registry.ts";
import { standIn } from "../dialects/stand-ins/request.ts";
import type { CallEndpoint } from "../endpoints/endpoint.ts";
import { ANSWERING, type UpstreamOperation } from "../providers/provider.ts";
import { conversationOf } from "./conversation-of.ts";
import { embeddingWay } from "./embedding-way.ts";
import { extrasIn } from "./extras-in.ts";
import { lossesOfMeaning } from "./losses-of-meaning.ts";
import type { Wire } from "./plan.ts";
import type { Deployment, Model } from "./table.ts";

/** Where one deployment is asked, and in which words; or why it cannot be, and the fields whose meaning would be lost. */
export type Way =
  | { readonly url: string; readonly wire: Wire }
  | { readonly reason: string; readonly meant?: readonly string[] };

/** Taken for an upstream that wants a limit where neither caller nor model sets one. */
const MAX_OUTPUT_UNSET = 4_096;

/** Chooses how to speak to a deployment: the caller's own dialect where it is taken, else the provider's. */
export function wayTo(deployment: Deployment, model: Model, call: Call): Way {
  const { endpoint } = call;
  const own = ownAddressOf(deployment, call);
  if (own !== undefined) return { url: own, wire: { kind: "pass", dialect: endpoint.dialect } };
  if (endpoint.scope === "embeddings") return embeddingWay(deployment, call) ?? { reason: NOT_OFFERED };
  const url = translatedAddressOf(deployment, call);
  if (url === undefined) return { reason: NOT_OFFERED };
  return translated(conversationOf(call), {
    url,
    deployment,
    target: targetOf(call, deployment, model),
    from: endpoint,
  });
}

export const NOT_OFFERED = "does not offer this endpoint";

/** Tells whether `wayTo` would have a call translated for a deployment. */
export const isTranslatedFor = (deployment: Deployment, call: Call): boolean =>
  ownAddressOf(deployment, call) === undefined && translatedAddressOf(deployment, call) !== undefined;

/** Gives where a deployment takes a call in the caller's own words; nothing where it does not. */
const ownAddressOf = (deployment: Deployment, { endpoint, isStream }: Call) =>
  addressOf(deployment, streamed(endpoint.operation, isStream));

/** The same for an answer in the words of the deployment's own dialect. */
function translatedAddressOf(deployment: Deployment, { endpoint, isStream }: Call) {
  const { dialect } = deployment.provider;
  if (!endpoint.isAnswer || dialect === endpoint.dialect) return undefined;
  return addressOf(deployment, streamed(ANSWERING[dialect], isStream));
}

const addressOf = ({ provider, baseUrl, upstreamModel }: Deployment, operation: UpstreamOperation) =>
  provider.urlOf(baseUrl, operation, upstreamModel);

/** Gemini streams at an address of its own. */
const streamed = (operation: UpstreamOperation, isStream: boolean): UpstreamOperation =>
  operation === "generate-content" && isStream ? "stream-generate-content" : operation;

const targetOf = (call: Call, { provider, upstreamModel }: Deployment, model: Model): RequestTarget => ({
  model: upstreamModel,
  isStream: call.isStream,
  maxOutputTokens: model.maxOutputTokens ?? MAX_OUTPUT_UNSET,
  takesReasoning: provider.takesReasoning,
});

type Means = {
  readonly url: string;
  readonly deployment: Deployment;
  readonly target: RequestTarget;
  readonly from: CallEndpoint;
};

function translated(conversation: Conversation, { url, deployment, target, from }: Means): Way {
  const { dialect } = deployment.provider;
  const codec = CODECS[dialect];
  const asked = standIn(conversation, dialect);
  const { body, losses, extraOutputTokens = 0 } = codec.encodeRequest(asked.conversation, target);
  const ofExtras = lossesOfExtras(asked.conversation, { from: CODECS[from.dialect], to: dialect });
  const all = asked.lossesOf([...losses, ...ofExtras]);
  const stops = stopsOf(conversation, codec);
  const wire: Wire = { kind: "translate", dialect, conversation, body, losses: all, extraOutputTokens, stops };
  return lossesOfMeaning(all) ?? { url, wire };
}

/** The stop sequences that an upstream of this dialect is not told of. */
function stopsOf({ stop = [] }: Conversation, { stopsMax }: Codec): readonly string[] {
  if (stop.length <= stopsMax) return [];
  if (stop.length > BOUNDS.stopsMax) throw tooManyStops(`may have at most ${BOUNDS.stopsMax} stop sequences`);
  if (stop.some(({ length }) => length > BOUNDS.stopCharsMax))
    throw tooManyStops(`may have stop sequences of at most ${BOUNDS.stopCharsMax} characters`);
  // An empty one would stop every answer before its first letter.
  return stop.filter((text) => text !== "");
}

const tooManyStops = (limit: string) =>
  new AppError("invalid_field", `A request that is translated for this model's upstream ${limit}.`, { param: "stop" });

type Ways = { readonly from: Codec; readonly to: DialectId };

/** More losses of meaning than a refusal ever names, some of them under one name. */
const LOSSES_READ_MAX = 1_000;

/** Of losses of meaning not all are given: they may be all that a body holds. */
function lossesOfExtras(conversation: Conversation, ways: Ways): readonly Loss[] {
  const losses: Loss[] = [];
  let meant = 0;
  for (const loss of everyExtra(conversation, ways)) {
    losses.push(loss);
    if (loss.weight === "meaning" && ++meant > LOSSES_READ_MAX) break;
  }
  return losses;
}

/** What a caller's dialect has no general name for is lost to every other. */
function* everyExtra(conversation: Conversation, { from, to }: Ways): Generator<Loss> {
  for (const { path, extras } of extrasIn(conversation)) {
    if (extras.dialect === to) continue;
    for (const name of Object.keys(extras.fields)) {
      const weight = from.harmlessExtras.has(name) ? "harmless" : "meaning";
      yield { field: path === "" ? name : `${path}.${name}`, weight };
    }
  }
}
