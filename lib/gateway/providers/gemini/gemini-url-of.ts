import { pathSegmentOf } from "../path-segment.ts";
import type { UpstreamOperation } from "../provider.ts";

const VERBS: Readonly<Partial<Record<UpstreamOperation, string>>> = {
  "generate-content": "generateContent",
  "stream-generate-content": "streamGenerateContent?alt=sse",
  "count-content-tokens": "countTokens",
  "embed-content": "embedContent",
  "batch-embed-contents": "batchEmbedContents",
};

/**
 * Gives the address of an operation on a model, which may be named `m`, `models/m` or `tunedModels/m`. Gives nothing where
 * there is no such operation, or no such model can be.
 */
export function geminiUrlOf(baseUrl: string, operation: UpstreamOperation, upstreamModel: string): string | undefined {
  const base = versionedBaseOf(baseUrl);
  if (operation === "models") return `${base}/models`;
  const verb = VERBS[operation];
  const resource = verb && resourceOf(upstreamModel);
  return resource && `${base}/${resource}:${verb}`;
}

/** An address without a path is a host that has the version below it, as Google's own. */
function versionedBaseOf(baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, "");
  return URL.parse(base)?.pathname === "/" ? `${base}/v1beta` : base;
}

function resourceOf(model: string): string | undefined {
  const [, collection = "models", id = ""] = /^(?:(models|tunedModels)\/)?(.*)$/s.exec(model) ?? [];
  const segment = pathSegmentOf(id);
  return segment && `${collection}/${segment}`;
}
