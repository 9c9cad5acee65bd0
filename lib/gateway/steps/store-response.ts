import { bufferOf } from "#lib/base/bytes";
import { BOUNDS } from "../bounds.ts";
import { listIn, objectIn } from "../dialects/read.ts";
import { editJson } from "../json-edit.ts";
import { elementsIn, listOf } from "../json-list.ts";
import { type JsonMember, memberOf, parseMember, scanTrusted, textOf } from "../json-scan.ts";
import type { ResponsesPort } from "../ports.ts";
import type { Admitted } from "../progress.ts";
import { type GatewayReply, isStream, type ReplySink, type ReplyStream } from "../request.ts";
import { createSseSplitter, dataOf } from "../sse.ts";
import { inputItems } from "./response-input.ts";

/**
 * Has the answer of a call stored, if the call wants it, once it is whole: before its last bytes go out, so that a caller
 * who reads them finds it. Waits for nothing. An answer that cannot be stored says so (`store: false`).
 */
export function storeResponse(admitted: Admitted, reply: GatewayReply, responses: ResponsesPort): GatewayReply {
  if (!admitted.call.state?.isStored || reply.status >= 300) return reply;
  const take = (response: Uint8Array) => takeIn(response, admitted, responses);
  if (isStream(reply.body)) return { ...reply, body: storedStream(reply.body, take) };
  const body = take(reply.body);
  return body === reply.body ? reply : { ...reply, body, headers: withoutStore(reply, body) };
}

const DROPPED = "x-switchyard-dropped";

const withoutStore = ({ headers }: GatewayReply, body: Uint8Array) => ({
  ...headers,
  "content-length": String(body.length),
  [DROPPED]: headers[DROPPED] === undefined ? "store" : `${headers[DROPPED]}, store`,
});

/** Gives a response object as it may be sent: the same bytes, or with `store: false` where it could not be stored. */
type Take = (response: Uint8Array) => Uint8Array;

const NOT_STORED = new Map([["store", false]]);
const ENDINGS: readonly unknown[] = ["completed", "incomplete"];
const ID = /^[\x21-\x7e]+$/;

function takeIn(response: Uint8Array, admitted: Admitted, responses: ResponsesPort): Uint8Array {
  const members = membersOf(response);
  const read = (name: string) => parseMember(response, memberOf(members, name));
  if (members.length === 0 || !ENDINGS.includes(read("status") ?? "completed")) return response;
  const id = read("id");
  const { caller, call, request, plan } = admitted;
  const input = listOf([inputItems(call)]);
  const isStored =
    isId(id) &&
    input.length + response.length <= BOUNDS.storedResponseBytesMax &&
    responses.store({
      tenant: caller,
      responseId: id,
      requestId: request.id,
      keyId: caller.keyId,
      model: plan.model.id,
      turns: call.state?.turns ?? 1,
      createdAtMs: request.admittedAtMs,
      outputIds: idsIn(listOf([elementsIn(response, members, "output")])),
      input,
      response,
    });
  return isStored ? response : editJson(response, members, { set: NOT_STORED });
}

const isId = (id: unknown): id is string =>
  typeof id === "string" && id.length <= BOUNDS.storedResponseIdCharsMax && ID.test(id);

const idsIn = (output: Uint8Array): readonly string[] =>
  listIn(JSON.parse(textOf(output)))
    .map((item) => objectIn(item)?.id)
    .filter(isId);

/** What is nested too deeply to be read is passed on as it came. */
function membersOf(json: Uint8Array): readonly JsonMember[] {
  try {
    return scanTrusted(json) ?? [];
  } catch {
    return [];
  }
}

/** Looks into a stream for the event that closes it, which holds the whole response. */
const storedStream = (body: ReplyStream, take: Take): ReplyStream => ({
  cut: body.cut,
  pump: (sink: ReplySink) =>
    body.pump({
      write: (bytes) => sink.write(mayClose(bytes) ? withClosingTaken(bytes, take) : bytes),
      end: sink.end,
      onDrain: sink.onDrain,
    }),
});

const CLOSING: readonly unknown[] = ["response.completed", "response.incomplete"];

/** Readers give whole events, so the name of one is never cut in two. */
function mayClose(bytes: Uint8Array): boolean {
  const buffer = bufferOf(bytes);
  return buffer.includes('"response.completed"') || buffer.includes('"response.incomplete"');
}

function withClosingTaken(bytes: Uint8Array, take: Take): Uint8Array {
  const splitter = createSseSplitter();
  const events: Uint8Array[] = [];
  splitter.push(bytes, (event) => events.push(takeInEvent(event, take)));
  return Buffer.concat([...events, splitter.rest()]);
}

function takeInEvent(event: Uint8Array, take: Take): Uint8Array {
  const data = dataOf(event);
  if (data.kind !== "line") return event;
  const json = event.subarray(data.start, data.end);
  const members = membersOf(json);
  const response = memberOf(members, "response");
  if (response === undefined || !CLOSING.includes(parseMember(json, memberOf(members, "type")))) return event;
  const given = json.subarray(response.valueStart, response.valueEnd);
  const taken = take(given);
  if (taken === given) return event;
  const start = data.start + response.valueStart;
  return Buffer.concat([event.subarray(0, start), taken, event.subarray(start + given.length)]);
}
