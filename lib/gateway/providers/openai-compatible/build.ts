import type { Provider, UpstreamOperation } from "../provider.ts";
import { classifyByStatus, classifyWith, type FailureRule } from "./classify.ts";

/** Where OpenAI keeps each operation, below the base address. */
export const PATHS: Readonly<Partial<Record<UpstreamOperation, string>>> = {
  "chat-completions": "/chat/completions",
  completions: "/completions",
  embeddings: "/embeddings",
  moderations: "/moderations",
  models: "/models",
  responses: "/responses",
};

type Quirks = {
  readonly kind: string;
  readonly baseUrl?: string;
  /** Operations it does not offer. */
  readonly lacks?: readonly UpstreamOperation[];
  readonly drop?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
  readonly asksUsage?: boolean;
  /** Whether it offers the Responses API beside chat completions. */
  readonly hasResponses?: boolean;
  readonly takesReasoning?: boolean;
  /** How its failures are spelt, where status and OpenAI's codes do not tell. */
  readonly failures?: readonly FailureRule[];
};

/** Builds the provider of an upstream that speaks OpenAI's chat dialect, from what is peculiar to it. */
export const openAiCompatible = (quirks: Quirks): Provider => ({
  kind: quirks.kind,
  dialect: "openai-chat",
  defaultBaseUrl: quirks.baseUrl,
  isSimulated: false,
  urlOf: (baseUrl, operation) => {
    const path = offers(quirks, operation) ? PATHS[operation] : undefined;
    return path && baseUrl.replace(/\/+$/, "") + path;
  },
  authorize: bearer,
  drop: quirks.drop ?? [],
  rename: quirks.rename ?? {},
  asksUsage: quirks.asksUsage ?? true,
  takesReasoning: quirks.takesReasoning ?? false,
  classify: quirks.failures ? classifyWith(quirks.failures) : classifyByStatus,
});

const offers = ({ lacks, hasResponses = false }: Quirks, operation: UpstreamOperation) =>
  operation === "responses" ? hasResponses : !lacks?.includes(operation);

/** A local upstream (vLLM, Ollama) may want no credential at all: an empty secret sends none. */
function bearer(secret: string): Readonly<Record<string, string>> {
  return secret === "" ? {} : { authorization: `Bearer ${secret}` };
}
