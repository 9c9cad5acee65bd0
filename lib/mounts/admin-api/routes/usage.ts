import { z } from "zod";
import { SummarizeUsageInput } from "#lib/features/usage/schema";
import { summarizeUsage } from "#lib/features/usage/summarize-usage";
import { defineRoute, plain } from "../route.ts";
import { count, time } from "../shapes.ts";

const sums = {
  requests: count,
  errors: count,
  inputTokens: count,
  outputTokens: count,
  costNano: z.string().regex(/^\d+$/).describe("Nano-dollars (1e-9 USD)"),
};
const milliseconds = z.number().nullable();
const percentiles = {
  latencyP50Ms: milliseconds,
  latencyP95Ms: milliseconds,
  firstByteP50Ms: milliseconds,
  firstByteP95Ms: milliseconds,
};

export const usageRoutes = [
  defineRoute({
    ...plain,
    id: "summarizeUsage",
    method: "GET",
    path: "/usage",
    summary: "Sum usage of the last hours by model, of one organisation or of all",
    query: SummarizeUsageInput,
    output: z.strictObject({
      from: time,
      to: time,
      bucketMinutes: count,
      totals: z.strictObject({ ...sums, ...percentiles }),
      series: z.array(z.strictObject({ bucket: time, model: z.string(), ...sums })),
      rows: z.array(z.strictObject({ model: z.string(), ...sums, ...percentiles })),
    }),
    run: ({ ctx, query }) => summarizeUsage(ctx, query),
  }),
];
