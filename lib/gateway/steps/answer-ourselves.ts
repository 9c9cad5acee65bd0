import type { OwnEndpoint } from "../endpoints/endpoint.ts";
import type { GatewayDeps } from "../ports.ts";
import type { GatewayReply } from "../request.ts";
import { cancelResponse, deleteResponse, listInputItems, retrieveResponse } from "./answer-stored-responses.ts";
import { listModels } from "./list-models.ts";
import type { Answer, Known } from "./own-reply.ts";

const ANSWERS: Readonly<Record<string, Answer>> = {
  "models.list": listModels,
  "models.retrieve": listModels,
  "responses.retrieve": retrieveResponse,
  "responses.delete": deleteResponse,
  "responses.cancel": cancelResponse,
  "responses.input_items": listInputItems,
};

/** Answers a call of an endpoint that no upstream has to be asked for. */
export async function answerOurselves(known: Known, endpoint: OwnEndpoint, deps: GatewayDeps): Promise<GatewayReply> {
  const answer = ANSWERS[endpoint.name];
  if (answer === undefined) throw new Error(`nobody answers ${endpoint.name}`);
  return answer(known, endpoint, deps);
}
