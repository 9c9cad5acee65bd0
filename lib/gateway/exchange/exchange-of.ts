import type { ReplyContext } from "../dialects/codec.ts";
import { createArrayStreamEncoder } from "../dialects/gemini/encode-stream.ts";
import { CODECS, PASSAGES } from "../dialects/registry.ts";
import { restoringCalls } from "../dialects/stand-ins/reply.ts";
import { parsedBody } from "../parsed-body.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt, Wire } from "../routing/plan.ts";
import { embedding } from "./embedding.ts";
import { COMMENT, createPassReader } from "./pass-reader.ts";
import { passReply, type ReadReply, translateReply } from "./read-reply.ts";
import { heldToOneCall } from "./single-call.ts";
import type { StreamReader } from "./stream-state.ts";
import { createTranslatingReader } from "./translating-reader.ts";

const NOTHING = new Uint8Array(0);

/** How what comes back from one attempt is read for the caller: as a whole or as a stream. */
export type Exchange = { readonly readWhole: ReadReply; readonly createReader: () => StreamReader };

/** Chooses the readers of an attempt by how it speaks to its upstream. */
export function exchangeOf(admitted: Admitted, attempt: PlannedAttempt): Exchange {
  const { wire } = attempt;
  if (wire.kind === "pass") return passing(admitted, attempt);
  return wire.kind === "embed" ? embedding(admitted, attempt, wire) : translating(admitted, attempt, wire);
}

/** The model name to show instead of the upstream's: only where the upstream knows the model by another name. */
const shownModel = ({ plan }: Admitted, { deployment }: PlannedAttempt) =>
  deployment.upstreamModel === plan.model.id ? undefined : plan.model.id;

function passing(admitted: Admitted, attempt: PlannedAttempt): Exchange {
  const { call, request } = admitted;
  const { provider } = attempt.deployment;
  const passage = PASSAGES[call.endpoint.dialect];
  const model = shownModel(admitted, attempt);
  const echo = call.state && { store: call.state.isStored, previous_response_id: call.state.previousId ?? null };
  const isHidden = passage.mark !== undefined && !call.wantsUsage;
  return {
    readWhole: passReply({ call, passage, provider, edits: { model, withoutUsage: false, echo } }),
    createReader: () =>
      createPassReader({
        passage,
        edits: { model, withoutUsage: isHidden, echo },
        wantsUsage: call.wantsUsage,
        framing: call.framing,
        requestId: request.id,
      }),
  };
}

type Translate = Extract<Wire, { kind: "translate" }>;

function translating(admitted: Admitted, attempt: PlannedAttempt, wire: Translate): Exchange {
  const { call } = admitted;
  const upstream = restoringCalls(heldToOneCall(CODECS[wire.dialect], wire.conversation), wire.conversation);
  const caller = CODECS[call.endpoint.dialect];
  const context = replyContextOf(admitted);
  const { stops } = wire;
  const openEncoder = call.framing === "array" ? createArrayStreamEncoder : caller.createStreamEncoder;
  return {
    readWhole: translateReply({ upstream, caller, provider: attempt.deployment.provider, context, stops }),
    createReader: () =>
      createTranslatingReader({
        decoder: upstream.createStreamDecoder(context),
        encoder: openEncoder(context),
        stops,
        keepAlive: call.framing === "events" ? COMMENT : NOTHING,
      }),
  };
}

const replyContextOf = ({ request, plan, call }: Admitted): ReplyContext => ({
  requestId: request.id,
  createdAtS: Math.floor(request.admittedAtMs / 1_000),
  model: plan.model.id,
  request: parsedBody(call),
  wantsUsage: call.wantsUsage,
});
