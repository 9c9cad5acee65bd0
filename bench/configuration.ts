import { isTranslated } from "./messages.ts";

// The configuration the gateway is measured with. The name callers use is not the upstream's, as in real life: the model
// has to be put into the request's bytes.
const PRICE = { input: "0.40", cachedInput: "0.10", output: "1.60" };

/** A document with one deployment for each upstream model, which several rows may call; the caller's name for it is shorter. */
export const benchConfiguration = (upstreamUrl: string, models: readonly string[]) => ({
  version: 1,
  providers: [
    {
      id: "bench",
      kind: "openai-compatible",
      baseUrl: `${upstreamUrl}/v1`,
      allowPrivateNetwork: true,
      credentials: [{ id: "main", secret: "literal:sk-bench-upstream" }],
    },
    {
      id: "bench-messages",
      kind: "anthropic",
      baseUrl: upstreamUrl,
      allowPrivateNetwork: true,
      credentials: [{ id: "main", secret: "literal:sk-bench-upstream" }],
    },
  ],
  models: [...new Set(models)].map((model) => ({
    id: model,
    price: PRICE,
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: ["streaming"],
    timeouts: { connectMs: 2_000, firstByteMs: 30_000, idleMs: 300_000, totalMs: 600_000 },
    deployments: [
      {
        id: "main",
        provider: isTranslated(model) ? "bench-messages" : "bench",
        upstreamModel: `upstream-${model}`,
        cost: PRICE,
      },
    ],
  })),
});
