import { AppError } from "#lib/base/errors";
import type { Rejection } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { Caller } from "../ports.ts";
import { sandboxProvider } from "../providers/sandbox/index.ts";
import { orderCredentials } from "../routing/order-credentials.ts";
import type { Plan, PlannedAttempt } from "../routing/plan.ts";
import type { Deployment, Model } from "../routing/table.ts";
import { NOT_OFFERED, type Way, wayTo } from "../routing/wire.ts";

type Wanted = { readonly model: Model; readonly call: Call; readonly caller: Caller };

/** Turns a model into the attempts to make, lowest priority number first. Refuses with 400 or 503 when none can be made. */
export function route({ model, call, caller }: Wanted, random: () => number): Plan {
  const deployments = caller.isTest ? [sandboxDeployment(model)] : byPriority(model.deployments);
  const attempts: PlannedAttempt[] = [];
  const rejected: Rejection[] = [];
  let meant: readonly string[] = NONE;
  for (const deployment of deployments) {
    const way = wayOf(deployment, model, call);
    if ("reason" in way) {
      rejected.push({ deployment: deployment.id, reason: way.reason });
      meant = way.meant ?? meant;
      continue;
    }
    const { url, wire } = way;
    for (const credential of orderCredentials(deployment.credentials, random))
      attempts.push({ deployment, credential, url, wire });
  }
  if (attempts.length === 0) throw noAttempt({ model, call, rejected, meant });
  if (attempts.length > BOUNDS.attemptsMax) attempts.length = BOUNDS.attemptsMax;
  return { model, attempts, rejected };
}

const NONE: readonly string[] = [];

const wayOf = (deployment: Deployment, model: Model, call: Call): Way =>
  deployment.credentials.length === 0 ? { reason: "no usable credential" } : wayTo(deployment, model, call);

type Failed = Pick<Wanted, "model" | "call"> & {
  readonly rejected: readonly Rejection[];
  /** What the last of the deployments that were refused for it could not carry. */
  readonly meant: readonly string[];
};

function noAttempt({ model, call, rejected, meant }: Failed): AppError {
  if (meant.length > 0) {
    const fields = meant.map((field) => `\`${field}\``).join(", ");
    return new AppError("not_translatable", `No upstream of \`${model.id}\` can carry ${fields}.`, {
      param: meant[0],
    });
  }
  if (rejected.length > 0 && rejected.every(({ reason }) => reason === NOT_OFFERED))
    return new AppError("endpoint_not_offered", `\`${model.id}\` cannot be used for ${call.endpoint.name}.`, {
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
