import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import { invalidField } from "../endpoints/fields.ts";
import type { GatewayDeps, StoredResponse } from "../ports.ts";
import type { GatewayReply } from "../request.ts";
import { inputItemPage } from "./input-item-page.ts";
import { type Answer, type Known, ownReply } from "./own-reply.ts";

/** Answers `GET /v1/responses/{id}` with the response object to the byte as it was. */
export const retrieveResponse: Answer = async (known, _endpoint, deps) => {
  const id = idIn(known);
  if (queryOf(known).get("stream") === "true")
    throw invalidField("stream", "Only background responses can be streamed again, and those are not offered.");
  const { response } = await found(id, known, deps);
  return ownReply(known, response, deps);
};

/** Answers `DELETE /v1/responses/{id}`. */
export const deleteResponse: Answer = async (known, _endpoint, deps) => {
  const id = idIn(known);
  if (!(await deps.responses.remove(known.caller, id))) throw notFound(id);
  return jsonReply(known, { id, object: "response", deleted: true }, deps);
};

/** Refuses `POST /v1/responses/{id}/cancel`: what is stored is complete. */
export const cancelResponse: Answer = async (known, _endpoint, deps) => {
  await found(idIn(known), known, deps);
  throw new AppError("invalid_request", "Cannot cancel a synchronous response.", { shouldRetry: false });
};

/** Answers `GET /v1/responses/{id}/input_items`: what the model was given, its conversation included. */
export const listInputItems: Answer = async (known, _endpoint, deps) => {
  const id = idIn(known);
  const { input } = await found(id, known, deps);
  return jsonReply(known, inputItemPage({ responseId: id, input, query: queryOf(known) }), deps);
};

const queryOf = ({ request }: Known) => new URLSearchParams(request.query);

const jsonReply = (known: Known, body: object, deps: GatewayDeps): GatewayReply =>
  ownReply(known, Buffer.from(JSON.stringify(body)), deps);

async function found(id: string, { caller }: Known, { responses }: GatewayDeps): Promise<StoredResponse> {
  const response = await responses.find(caller, id);
  if (response === undefined) throw notFound(id);
  return response;
}

const notFound = (id: string) =>
  new AppError("not_found", `Response with id '${id}' not found.`, { shouldRetry: false });

/** Gives the id in the URL; one that cannot be any response's is not looked for. */
function idIn({ request }: Known): string {
  const raw = request.path.split("/")[3] ?? "";
  const id = decoded(raw);
  if (id === undefined || id.length > BOUNDS.storedResponseIdCharsMax) throw notFound(raw.slice(0, 64));
  return id;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
