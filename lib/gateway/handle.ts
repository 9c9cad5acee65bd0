import type { GatewayDeps } from "./ports.ts";
import { beginProgress } from "./progress.ts";
import type { GatewayReply, GatewayRequest } from "./request.ts";
import { admit } from "./steps/admit.ts";
import { answerOurselves } from "./steps/answer-ourselves.ts";
import { authenticate } from "./steps/authenticate.ts";
import { authorize } from "./steps/authorize.ts";
import { authorizeEndpoint } from "./steps/authorize-endpoint.ts";
import { countTokens, isCountedHere } from "./steps/count-tokens.ts";
import { dispatch } from "./steps/dispatch.ts";
import { limit } from "./steps/limit.ts";
import { lookUp } from "./steps/look-up.ts";
import { match } from "./steps/match.ts";
import { parse } from "./steps/parse.ts";
import { preflight } from "./steps/preflight.ts";
import { readAhead } from "./steps/read-ahead.ts";
import { readBody } from "./steps/read-body.ts";
import { recallConversation } from "./steps/recall-conversation.ts";
import { reserve } from "./steps/reserve.ts";
import { respond, respondError } from "./steps/respond.ts";
import { route } from "./steps/route.ts";
import { storeResponse } from "./steps/store-response.ts";

/**
 * The whole path of a call, read top to bottom. Gives a reply for everything that can happen; the reply's close settles
 * the request (steps/settle.ts), so a caller who hangs up is settled too.
 */
export async function handle(request: GatewayRequest, deps: GatewayDeps): Promise<GatewayReply> {
  if (request.method === "OPTIONS") return preflight(request);
  const progress = beginProgress(request, deps.clock.monotonic());
  deps.metrics.started();
  try {
    const table = deps.configuration.current();
    progress.configVersion = table.version;
    const endpoint = match(request);
    progress.endpoint = endpoint;
    const caller = await authenticate(request, deps.keys);
    progress.caller = caller;
    authorizeEndpoint(request, endpoint, caller);
    const quota = limit(caller, deps.limits);
    progress.quota = quota;
    if (endpoint.operation === null) return await answerOurselves({ ...progress, caller }, endpoint, deps);
    const asked = parse(await readBody(request), endpoint, request);
    progress.call = asked;
    const model = authorize(asked, table, caller);
    const call = asked.state ? await recallConversation(asked, caller, deps.responses) : asked;
    await readAhead({ call, model, caller });
    if (isCountedHere(call, model, caller)) return countTokens({ ...progress, call, model }, deps);
    const plan = route({ model, call, caller }, deps.random);
    progress.call = call;
    progress.plan = plan;
    const hold = await reserve({ call, plan, caller }, deps.money);
    progress.hold = hold;
    const admitted = { ...progress, endpoint, caller, quota, call, plan, hold, cache: lookUp(call), isAdmitted: true };
    await admit(admitted, deps.journal);
    progress.isAdmitted = true;
    const delivery = await dispatch(admitted, deps);
    return storeResponse(admitted, respond(admitted, delivery, deps), deps.responses);
  } catch (thrown) {
    return respondError(progress, thrown, deps);
  }
}
