import type { Call } from "../call.ts";
import { EMBEDDING_CODECS } from "../dialects/embeddings/registry.ts";
import { parsedBody } from "../parsed-body.ts";
import { lossesOfMeaning } from "./losses-of-meaning.ts";
import type { Wire } from "./plan.ts";
import type { Deployment } from "./table.ts";

/** Gives how vectors are asked of an upstream that has another way to ask for them than the caller; nothing where it has none. */
export function embeddingWay({ provider, baseUrl, upstreamModel }: Deployment, call: Call) {
  const { dialect, operation } = call.endpoint;
  const caller = EMBEDDING_CODECS[dialect];
  const upstream = dialect === provider.dialect ? undefined : EMBEDDING_CODECS[provider.dialect];
  const url = upstream && provider.urlOf(baseUrl, upstream.operation, upstreamModel);
  if (caller === undefined || upstream === undefined || url === undefined) return undefined;
  const request = caller.decodeRequest(parsedBody(call), { isBatch: operation === "batch-embed-contents" });
  const { body, losses } = upstream.encodeRequest(request, upstreamModel);
  const all = [...request.losses, ...losses];
  const wire: Wire = { kind: "embed", dialect: provider.dialect, body, losses: all, vectors: request.inputs.length };
  return lossesOfMeaning(all) ?? { url, wire };
}
