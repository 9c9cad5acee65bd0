import { bufferOf } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { Json } from "../conversation.ts";
import { listIn, objectIn } from "../dialects/read.ts";
import { invalidField } from "../endpoints/fields.ts";
import { parseExact } from "../json-exact.ts";
import { elementsIn, elementsOf, listOf } from "../json-list.ts";
import { elementsAt, scanTrusted, textOf } from "../json-scan.ts";
import type { Caller, ResponsesPort, StoredResponse } from "../ports.ts";
import { inputItems, withInput } from "./response-input.ts";

/**
 * Puts into a call's own input what it only names: the conversation behind `previous_response_id`, and items given by
 * reference. A call that names nothing comes back as it is, at once. Refuses with 400 or 404 what is not stored.
 */
export function recallConversation(call: Call, caller: Caller, responses: ResponsesPort): Call | Promise<Call> {
  const own = inputItems(call);
  const hasReferences = bufferOf(own).includes(REFERENCE);
  if (call.state?.previousId === undefined && !hasReferences) return call;
  return recall(call, { own, hasReferences, caller, responses });
}

const REFERENCE = '"item_reference"';

type Means = {
  readonly own: Uint8Array;
  readonly hasReferences: boolean;
  readonly caller: Caller;
  readonly responses: ResponsesPort;
};

async function recall(call: Call, { own, hasReferences, caller, responses }: Means): Promise<Call> {
  const { state } = call;
  if (state === undefined) return call;
  const previous = state.previousId === undefined ? undefined : await previousOf(state.previousId, caller, responses);
  const turns = (previous?.turns ?? 0) + 1;
  if (turns > BOUNDS.responseTurnsMax) throw tooLong(`has more than ${BOUNDS.responseTurnsMax} turns`);
  const items = hasReferences ? await withoutReferences(own, caller, responses) : own;
  const parts = previous ? [elementsOf(previous.input), outputOf(previous), items] : [items];
  const bytes = parts.reduce((sum, part) => sum + part.length, call.bytes.length - own.length);
  if (bytes > BOUNDS.requestBytesMax) throw tooLong(`has more than ${BOUNDS.requestBytesMax} bytes`);
  return { ...withInput(call, listOf(parts)), state: { ...state, turns } };
}

async function previousOf(id: string, caller: Caller, responses: ResponsesPort): Promise<StoredResponse> {
  const found = await responses.find(caller, id);
  if (found) return found;
  throw new AppError("previous_response_not_found", `Previous response with id '${id}' not found.`, {
    param: "previous_response_id",
    shouldRetry: false,
  });
}

const tooLong = (why: string) =>
  new AppError("context_length_exceeded", `The conversation that \`previous_response_id\` goes on ${why}.`, {
    param: "previous_response_id",
    shouldRetry: false,
  });

const outputOf = ({ response }: StoredResponse) => elementsIn(response, scanTrusted(response) ?? [], "output");

/** Puts the items themselves in the place of `{"type":"item_reference","id":"..."}`. */
async function withoutReferences(own: Uint8Array, caller: Caller, responses: ResponsesPort): Promise<Uint8Array> {
  const list = listOf([own]);
  const items = Array.from(elementsAt(list, 0), ({ start, end }) => list.subarray(start, end));
  const references = items.map(referenceIn);
  const ids = [...new Set(references.flatMap((id) => id ?? []))];
  if (ids.length === 0) return own;
  if (ids.length > BOUNDS.itemReferencesMax)
    throw invalidField("input", `\`input\` may refer to at most ${BOUNDS.itemReferencesMax} items.`);
  const found = itemsById(await responses.findByItems(caller, ids));
  const whole = items.map((item, at) => {
    const id = references[at];
    return id === undefined ? item : Buffer.from(JSON.stringify(found.get(id) ?? missingItem(id)));
  });
  return elementsOf(listOf(whole));
}

/** A reference is a small thing: what is larger is not parsed. */
const REFERENCE_BYTES_MAX = 4_096;

function referenceIn(item: Uint8Array): string | undefined {
  if (item.length > REFERENCE_BYTES_MAX || !bufferOf(item).includes(REFERENCE)) return undefined;
  const { type, id } = objectIn(parseExact(textOf(item))) ?? {};
  return type === "item_reference" && typeof id === "string" ? id : undefined;
}

function itemsById(found: readonly Uint8Array[]): ReadonlyMap<string, Json> {
  const items = found.flatMap((response) => listIn(objectIn(parseExact(textOf(response)))?.output));
  return new Map(items.flatMap((item) => idOf(item).map((id) => [id, item] as const)));
}

function idOf(item: Json): readonly string[] {
  const id = objectIn(item)?.id;
  return typeof id === "string" ? [id] : [];
}

function missingItem(id: string): never {
  throw new AppError("not_found", `Item with id '${id}' not found.`, { param: "input", shouldRetry: false });
}
