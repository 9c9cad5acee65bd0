import { AppError } from "#lib/base/errors";
import { NO_USAGE } from "#lib/base/request-record";
import type { Call } from "../call.ts";
import type { Caller, Hold, HoldDecision, MoneyPort } from "../ports.ts";
import { costOfUsage, FREE } from "../price.ts";
import type { Plan } from "../routing/plan.ts";
import type { Model } from "../routing/table.ts";

// A byte-level token covers at least one byte; prose takes about four, so three is on the careful side.
const BYTES_PER_INPUT_TOKEN = 3;
const OUTPUT_TOKENS_UNSET = 4_096;

type Asking = { readonly call: Call; readonly plan: Plan; readonly caller: Caller };

/** Holds the expected cost of a call before anything is sent. Refuses with 402 (no money) or 503 (no database), never "let it through". */
export function reserve(asking: Asking, money: MoneyPort): Hold | Promise<Hold> {
  const { call, plan, caller } = asking;
  const amount = caller.isTest ? FREE : estimateOf(call, plan);
  const decision = money.reserve(caller.orgId, amount);
  return decision instanceof Promise ? decision.then(holdOf) : holdOf(decision);
}

function holdOf(decision: HoldDecision): Hold {
  if (decision.held) return decision.hold;
  if (decision.reason === "no-database") {
    throw new AppError("money_unavailable", "Your balance cannot be checked at the moment.", { retryAfterS: 5 });
  }
  throw new AppError(
    "insufficient_funds",
    "Your organization's balance does not cover this request. Add credit to go on.",
    {
      shouldRetry: false,
    },
  );
}

function estimateOf(call: Call, { model, attempts }: Plan) {
  const { metering } = call.endpoint;
  if (metering === "none") return FREE;
  if (metering === "request") return costOfUsage(model.price, NO_USAGE);
  const { price } = model;
  const inputTokens = Math.ceil(call.bytes.length / BYTES_PER_INPUT_TOKEN);
  const outputTokens = metering === "tokens" ? outputTokensOf(call, model, attempts) : 0;
  return costOfUsage(price, {
    ...NO_USAGE,
    inputTokens,
    outputTokens,
    // Whichever is dearer: all of it may be written to the upstream's cache, and all of the answer be thoughts.
    cacheWriteTokens: price.cacheWrite > price.input ? inputTokens : 0,
    reasoningTokens: price.reasoning > price.output ? outputTokens : 0,
  });
}

/** What is asked for may be more than can be counted; then no balance covers it. */
function outputTokensOf({ maxOutputTokens, choices }: Call, model: Model, attempts: Plan["attempts"]): number {
  const asked = Math.min(maxOutputTokens ?? OUTPUT_TOKENS_UNSET, model.maxOutputTokens ?? Number.MAX_SAFE_INTEGER);
  let extra = 0;
  for (const { wire } of attempts) if (wire.kind === "translate") extra = Math.max(extra, wire.extraOutputTokens);
  return Math.min((asked + extra) * choices, Number.MAX_SAFE_INTEGER);
}
