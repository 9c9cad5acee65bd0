import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext } from "#lib/gateway/dialects/codec";
import { numberIn, textIn } from "#lib/gateway/dialects/read";
import type { Reply } from "#lib/gateway/reply";
import { readFinish } from "./finish.ts";
import { mintId } from "./mint-id.ts";
import { objectsIn } from "./objects-in.ts";
import { logprobsOf, partsOfItem } from "./output-parts.ts";
import { readUsage } from "./read-usage.ts";

/** Reads a whole answer of `POST /v1/responses`. */
export function decodeReply(body: JsonObject, context: DecodeContext): Reply {
  if (!Array.isArray(body.output)) {
    throw new AppError("upstream_failed", "The upstream's answer is not a response.", { detail: "no `output` list" });
  }
  const output = objectsIn(body.output);
  const parts = output.flatMap((item, index) => partsOfItem(item, { requestId: context.requestId, index }));
  const finish = readFinish(
    body,
    parts.some(({ kind }) => kind === "tool-call"),
  );
  const logprobs = logprobsOf(output);
  const usage = readUsage(body.usage);
  return {
    ...headOf(body, context),
    choices: [{ index: 0, parts, finish, ...(logprobs.length === 0 ? {} : { logprobs }) }],
    ...(usage ? { usage } : {}),
  };
}

/** Reads what names an answer. `auto` repeats the request; it is not yet the tier that served it. */
export function headOf(response: JsonObject, { requestId, createdAtS }: DecodeContext) {
  const serviceTier = textIn(response.service_tier);
  return {
    id: textIn(response.id) ?? mintId("resp", requestId),
    model: textIn(response.model) ?? "",
    createdAtS: numberIn(response.created_at) ?? createdAtS,
    ...(serviceTier === undefined || serviceTier === "auto" ? {} : { serviceTier }),
  };
}
