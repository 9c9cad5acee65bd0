import { AppError } from "#lib/base/errors";
import type { Rejection } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { CallEndpoint } from "../endpoints/endpoint.ts";
import type { Caller } from "../ports.ts";
import { sandboxProvider } from "../providers/sandbox/index.ts";
import { orderCredentials } from "../routing/order-credentials.ts";
import type { Plan, PlannedAttempt } from "../routing/plan.ts";
import type { Deployment, Model } from "../routing/table.ts";

type Wanted = { readonly model: Model; readonly endpoint: CallEndpoint; readonly caller: Caller };

/** Turns a model into the attempts to make, lowest priority number first. Refuses with 400 or 503 when none can be made. */
export function route({ model, endpoint, caller }: Wanted, random: () => number): Plan {
  const deployments = caller.isTest ? [sandboxDeployment(model)] : byPriority(model.deployments);
  const attempts: PlannedAttempt[] = [];
  const rejected: Rejection[] = [];
  for (const deployment of deployments) {
    const found = attemptsAt(deployment, endpoint, random);
    if (typeof found === "string") rejected.push({ deployment: deployment.id, reason: found });
    else attempts.push(...found);
  }
  if (attempts.length === 0) throw noAttempt(model, endpoint, rejected);
  return { model, attempts: attempts.slice(0, BOUNDS.attemptsMax), rejected };
}

const NOT_OFFERED = "does not offer this endpoint";
const NO_CREDENTIAL = "no usable credential";

/** Gives the attempts at one deployment, or why there are none. */
function attemptsAt(
  deployment: Deployment,
  { operation }: CallEndpoint,
  random: () => number,
): readonly PlannedAttempt[] | string {
  const url = deployment.provider.urlOf(deployment.baseUrl, operation, deployment.upstreamModel);
  if (url === undefined) return NOT_OFFERED;
  if (deployment.credentials.length === 0) return NO_CREDENTIAL;
  return orderCredentials(deployment.credentials, random).map((credential) => ({ deployment, credential, url }));
}

function noAttempt(model: Model, endpoint: CallEndpoint, rejected: readonly Rejection[]): AppError {
  if (rejected.length > 0 && rejected.every(({ reason }) => reason === NOT_OFFERED))
    return new AppError("endpoint_not_offered", `\`${model.id}\` cannot be used for ${endpoint.name}.`, {
      param: "model",
    });
  return new AppError("no_upstream", `No upstream can serve \`${model.id}\` at the moment.`, { retryAfterS: 30 });
}

const byPriority = (deployments: readonly Deployment[]) =>
  deployments.length < 2 ? deployments : [...deployments].sort((left, right) => left.priority - right.priority);

/** A test key is answered by the sandbox whatever the model's deployments are, so that it never leaves the building. */
const sandboxDeployment = (model: Model): Deployment => ({
  id: `${model.id}/test-mode`,
  providerId: "sandbox",
  provider: sandboxProvider,
  baseUrl: sandboxProvider.defaultBaseUrl ?? "",
  allowPrivateNetwork: false,
  credentials: [{ id: "none", weight: 1, secret: "" }],
  upstreamModel: model.id,
  priority: 0,
  weight: 1,
  limits: {},
  tags: [],
});
