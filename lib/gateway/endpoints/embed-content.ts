import { resourceNameOf } from "../dialects/gemini/resource-name.ts";
import { listIn, objectIn } from "../dialects/read.ts";
import { setModel } from "../dialects/set-model.ts";
import { editJson } from "../json-edit.ts";
import { parseExact } from "../json-exact.ts";
import { memberOf, textOf } from "../json-scan.ts";
import { type CallEndpoint, holdsList, holdsMember, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField } from "./fields.ts";
import { atVerb, modelInPath } from "./generate-content.ts";

const REQUESTS_MAX = 2_048;

const common = {
  scope: "embeddings",
  method: "POST",
  dialect: "gemini",
  isAnswer: false,
  metering: "input",
  modelIn: modelInPath,
} as const;

/** `POST /v1beta/models/{model}:embedContent`. */
export const embedContent: CallEndpoint = {
  ...common,
  name: "embed-content",
  pattern: atVerb("embedContent"),
  operation: "embed-content",
  read: (fields) => {
    checkContent(fields.get("content"), "content");
    return PLAIN_VIEW;
  },
  renameIn: ({ bytes, members }, upstreamModel) =>
    setModel(bytes, members, { name: "model", value: resourceNameOf(upstreamModel) }),
  isReply: holdsMember("embedding"),
};

/** `POST /v1beta/models/{model}:batchEmbedContents`; every request in it names the model again. */
export const batchEmbedContents: CallEndpoint = {
  ...common,
  name: "batch-embed-contents",
  pattern: atVerb("batchEmbedContents"),
  operation: "batch-embed-contents",
  read: (fields) => {
    checkRequests(fields.get("requests"));
    return PLAIN_VIEW;
  },
  renameIn: ({ bytes, members }, upstreamModel) => {
    const member = memberOf(members, "requests");
    const requests = member && listIn(parseExact(textOf(bytes, member.valueStart, member.valueEnd)));
    const model = resourceNameOf(upstreamModel);
    const isNamed = requests?.every((request) => objectIn(request)?.model === model);
    if (requests === undefined || isNamed) return bytes;
    return editJson(bytes, members, {
      set: new Map([["requests", requests.map((request) => ({ ...objectIn(request), model }))]]),
    });
  },
  isReply: holdsList("embeddings"),
};

function checkRequests(requests: unknown): void {
  if (requests === undefined || requests === null) throw missingField("requests");
  if (!Array.isArray(requests)) throw invalidField("requests", "`requests` must be an array.");
  if (requests.length === 0) throw invalidField("requests", "`requests` must have at least one element.");
  if (requests.length > REQUESTS_MAX)
    throw invalidField("requests", `\`requests\` may have at most ${REQUESTS_MAX} elements.`);
  for (const [index, request] of requests.entries()) {
    const path = `requests.${index}`;
    const fields = objectIn(request);
    if (fields === undefined) throw invalidField(path, `\`${path}\` must be an object.`);
    checkContent(fields.content, `${path}.content`);
  }
}

function checkContent(content: unknown, path: string): void {
  if (content === undefined || content === null) throw missingField(path);
  if (objectIn(content) === undefined) throw invalidField(path, `\`${path}\` must be an object.`);
}
