import type { Call } from "../call.ts";
import { CODECS } from "../dialects/registry.ts";
import { parsedBody } from "../parsed-body.ts";
import type { Caller, GatewayDeps } from "../ports.ts";
import type { Progress } from "../progress.ts";
import type { UpstreamOperation } from "../providers/provider.ts";
import type { GatewayReply } from "../request.ts";
import type { Deployment, Model } from "../routing/table.ts";
import { countTokensIn } from "./count-tokens-in.ts";
import { baseHeaders, JSON_TYPE } from "./headers.ts";
import { createSettlement } from "./settle.ts";

/** True for a call that asks how many tokens it has, where no upstream of the model would say. A test key never asks one. */
export function isCountedHere({ endpoint }: Call, model: Model, { isTest }: Caller): boolean {
  if (endpoint.ownCount === undefined) return false;
  return isTest || !model.deployments.some((deployment) => offers(deployment, endpoint.operation));
}

const offers = ({ provider, baseUrl, upstreamModel, credentials }: Deployment, operation: UpstreamOperation): boolean =>
  credentials.length > 0 && !provider.isSimulated && provider.urlOf(baseUrl, operation, upstreamModel) !== undefined;

type Counting = Progress & { readonly call: Call; readonly model: Model };

/**
 * Answers a count of tokens with an estimate of our own, marked as one. The request is read as a call with it would be, and
 * refused with 400 for the same reasons. Nothing is asked of an upstream and nothing is billed.
 */
export function countTokens({ model, ...progress }: Counting, deps: GatewayDeps): GatewayReply {
  const { call } = progress;
  const { dialect, ownCount } = call.endpoint;
  if (ownCount === undefined) throw new Error(`${call.endpoint.name} counts nothing`);
  const { decodeRequest } = CODECS[dialect];
  const tokens = countTokensIn(decodeRequest(ownCount.requestIn(parsedBody(call))));
  const body = Buffer.from(JSON.stringify(ownCount.replyOf(tokens)));
  const settle = createSettlement({ ...progress, plan: { model, attempts: [], rejected: [] } }, deps);
  return {
    status: 200,
    headers: {
      ...baseHeaders(progress),
      ...JSON_TYPE,
      "content-length": String(body.length),
      "x-switchyard-model": model.id,
      "x-switchyard-estimated": "true",
    },
    body,
    onClose: () => settle({ status: 200, outcome: "completed", errorCode: null }),
  };
}
