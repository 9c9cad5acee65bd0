import { z } from "zod";
import { type ConfigurationIssue, issuesOfZod } from "./issue.ts";
import { modelName, plainName } from "./names.ts";
import { priceSchema } from "./price.ts";
import {
  accessSchema,
  fallbacksSchema,
  healthSchema,
  hedgeSchema,
  limitsSchema,
  retrySchema,
  strategySchema,
  timeoutsSchema,
} from "./routing-policy.ts";
import { SECRET_RULE, secretReferenceOf } from "./secret-reference.ts";

const PROVIDERS_MAX = 500;
const CREDENTIALS_MAX = 64;
const MODELS_MAX = 2_000;
const ALIASES_MAX = 32;
const DEPLOYMENTS_MAX = 64;
const TAGS_MAX = 16;
const PLANS_MAX = 100;
const WEIGHT_MAX = 1_000_000;
const TOKENS_MAX = 100_000_000;

const CAPABILITIES = [
  "tools",
  "vision",
  "jsonSchema",
  "streaming",
  "audio",
  "files",
  "embeddings",
  "images",
  "speech",
  "transcription",
] as const;

const weight = z.int().min(0).max(WEIGHT_MAX);
const reasoning = z.enum(["visible", "hidden"]);

const credential = z.strictObject({
  id: plainName,
  secret: z.string().refine((text) => secretReferenceOf(text) !== undefined, SECRET_RULE),
  weight: weight.optional(),
});

const provider = z.strictObject({
  id: plainName,
  kind: plainName,
  baseUrl: z.string().max(2_048).optional(),
  allowPrivateNetwork: z.boolean().optional(),
  credentials: z.array(credential).max(CREDENTIALS_MAX).optional(),
});

const deployment = z.strictObject({
  id: plainName,
  provider: plainName,
  upstreamModel: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces"),
  priority: z.int().min(0).max(1_000).optional(),
  weight: weight.optional(),
  limits: limitsSchema.optional(),
  cost: priceSchema.optional(),
  tags: z.array(plainName).max(TAGS_MAX).optional(),
});

const CAPABILITY_RULE = `must be one of ${CAPABILITIES.join(", ")}, or reasoning: visible, or reasoning: hidden`;

const capability = z.union([z.enum(CAPABILITIES), z.strictObject({ reasoning })], { error: CAPABILITY_RULE });

const model = z
  .strictObject({
    id: modelName,
    aliases: z.array(modelName).max(ALIASES_MAX).optional(),
    strategy: strategySchema.optional(),
    price: priceSchema.optional(),
    contextTokens: z.int().min(1).max(TOKENS_MAX).optional(),
    maxOutputTokens: z.int().min(1).max(TOKENS_MAX).optional(),
    capabilities: z
      .array(capability)
      .max(2 * CAPABILITIES.length)
      .optional(),
    reasoning: reasoning.optional(),
    fallbacks: fallbacksSchema.optional(),
    timeouts: timeoutsSchema.optional(),
    hedge: hedgeSchema.optional(),
    health: healthSchema.optional(),
    retry: retrySchema.optional(),
    access: accessSchema.optional(),
    deployments: z.array(deployment).min(1, "must name at least one deployment").max(DEPLOYMENTS_MAX),
  })
  .transform((given, context) => {
    const { words, forms } = splitCapabilities(given.capabilities, given.reasoning);
    if (forms.length > 1) {
      context.addIssue({ code: "custom", path: ["reasoning"], message: "cannot be both visible and hidden" });
    }
    return { ...given, capabilities: words, reasoning: forms[0] };
  });

/** `reasoning: visible` may stand beside the capabilities or among them. */
function splitCapabilities(
  given: readonly z.infer<typeof capability>[] | undefined,
  beside: z.infer<typeof reasoning> | undefined,
) {
  const among = (given ?? []).flatMap((entry) => (typeof entry === "string" ? [] : [entry.reasoning]));
  return {
    words: given && [...new Set(given.filter((entry) => typeof entry === "string"))],
    forms: [...new Set(beside ? [beside, ...among] : among)],
  };
}

const documentSchema = z.strictObject({
  version: z.literal(1, "must be 1: the only version of this form"),
  providers: z.array(provider).max(PROVIDERS_MAX),
  models: z.array(model).max(MODELS_MAX),
  /** Limits that a plan gives where nothing nearer is set. */
  limits: z
    .record(plainName, limitsSchema)
    .refine((plans) => Object.keys(plans).length <= PLANS_MAX, `holds at most ${PLANS_MAX} plans`)
    .optional(),
});

/** The configuration in its one spelling: amounts as decimal strings, strategies and fallbacks as objects. */
export type ConfigurationDocument = z.infer<typeof documentSchema>;
export type ProviderDocument = ConfigurationDocument["providers"][number];
export type ModelDocument = ConfigurationDocument["models"][number];
export type DeploymentDocument = ModelDocument["deployments"][number];

export type ParsedDocument =
  | { readonly ok: true; readonly document: ConfigurationDocument }
  | { readonly ok: false; readonly errors: readonly ConfigurationIssue[] };

/** Reads a plain value (from YAML, JSON or the database) as a document. Gives every problem of form at once. */
export function parseDocument(input: unknown): ParsedDocument {
  const parsed = documentSchema.safeParse(input);
  if (parsed.success) return { ok: true, document: parsed.data };
  return { ok: false, errors: issuesOfZod(parsed.error.issues, input) };
}
