import { defined } from "#lib/gateway/dialects/read";
import { invalidField } from "#lib/gateway/endpoints/fields";
import type { Deployment, Model } from "#lib/gateway/routing/table";
import { countInQuery, type Listed, type ModelList } from "./model-list.ts";

const PAGE_SIZE_UNSET = 50;
const PAGE_SIZE_MAX = 1_000;

/** Gemini's list, in pages that are told by an opaque token. */
export const geminiModelList: ModelList = {
  list(models, query) {
    // Google takes a zero for unset, and what is too much for the most.
    const size = Math.min(countInQuery(query, "pageSize", 0) || PAGE_SIZE_UNSET, PAGE_SIZE_MAX);
    const start = startOf(models, query.get("pageToken") ?? "");
    const page = models.slice(start, start + size);
    const isLast = start + size >= models.length;
    return defined({ models: page.map(entryOf), nextPageToken: isLast ? undefined : tokenOf(page.at(-1)) });
  },
  one: entryOf,
};

function entryOf({ name, model }: Listed) {
  return defined({
    name: `models/${name}`,
    displayName: name,
    inputTokenLimit: model.contextTokens,
    outputTokenLimit: model.maxOutputTokens,
    supportedGenerationMethods: methodsOf(model),
  });
}

const ANSWERING = ["generateContent", "streamGenerateContent", "countTokens"];
const EMBEDDING = ["embedContent", "batchEmbedContents"];
/** What a model is for, where it does not answer in words. */
const OTHER_ENDS: ReadonlySet<string> = new Set(["embeddings", "images", "speech", "transcription"]);

/** Goes by the capabilities the operator named; where there are none, by what the providers offer. */
function methodsOf({ capabilities, deployments }: Model): readonly string[] {
  const isSaid = capabilities.size > 0;
  const answers = !isSaid || [...capabilities].some((capability) => !OTHER_ENDS.has(capability));
  const embeds = isSaid ? capabilities.has("embeddings") : deployments.some(embedsAt);
  return [...(answers ? ANSWERING : []), ...(embeds ? EMBEDDING : [])];
}

const embedsAt = ({ provider, baseUrl, upstreamModel }: Deployment) =>
  (["embeddings", "batch-embed-contents"] as const).some(
    (operation) => provider.urlOf(baseUrl, operation, upstreamModel) !== undefined,
  );

const tokenOf = (last: Listed | undefined) => last && Buffer.from(last.name).toString("base64url");

function startOf(models: readonly Listed[], token: string): number {
  if (token === "") return 0;
  const last = Buffer.from(token, "base64url").toString();
  const place = models.findIndex(({ name }) => name === last);
  if (place < 0) throw invalidField("pageToken", "`pageToken` must be the `nextPageToken` of the page before.");
  return place + 1;
}
