import { AppError } from "#lib/base/errors";
import type { Rejection } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { Caller } from "../ports.ts";
import { sandboxProvider } from "../providers/sandbox/index.ts";
import { orderCredentials } from "../routing/order-credentials.ts";
import type { Plan, PlannedAttempt } from "../routing/plan.ts";
import type { Deployment, Model } from "../routing/table.ts";

/** Turns a model into the attempts to make, lowest priority number first. Refuses with 503 when none can be made. */
export function route(model: Model, caller: Caller, random: () => number): Plan {
  if (caller.isTest) return { model, attempts: [sandboxAttempt(model)], rejected: [] };
  const attempts: PlannedAttempt[] = [];
  const rejected: Rejection[] = [];
  for (const deployment of byPriority(model.deployments)) {
    if (deployment.credentials.length === 0)
      rejected.push({ deployment: deployment.id, reason: "no usable credential" });
    for (const credential of orderCredentials(deployment.credentials, random))
      attempts.push({ deployment, credential });
  }
  if (attempts.length === 0) {
    throw new AppError("no_upstream", `No upstream can serve \`${model.id}\` at the moment.`, { retryAfterS: 30 });
  }
  return { model, attempts: attempts.slice(0, BOUNDS.attemptsMax), rejected };
}

const byPriority = (deployments: readonly Deployment[]) =>
  deployments.length < 2 ? deployments : [...deployments].sort((left, right) => left.priority - right.priority);

/** A test key is answered by the sandbox whatever the model's deployments are, so that it never leaves the building. */
const sandboxAttempt = (model: Model): PlannedAttempt => ({
  deployment: {
    id: `${model.id}/test-mode`,
    providerId: "sandbox",
    provider: sandboxProvider,
    baseUrl: sandboxProvider.defaultBaseUrl ?? "",
    allowPrivateNetwork: false,
    credentials: [],
    upstreamModel: model.id,
    priority: 0,
    weight: 1,
    limits: {},
    tags: [],
  },
  credential: { id: "none", weight: 1, secret: "" },
});
