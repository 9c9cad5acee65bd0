import type { z } from "zod";
import type { Db } from "#lib/platform/db";
import type { Mailer } from "#lib/platform/mail";

/** What a step or a run gives back: plain facts that a host may remember and the log may show, never a secret. */
export type JobFacts = Readonly<Record<string, string | number | boolean | null>>;

export type JobContext = {
  /** The same in every try of one run. */
  readonly runId: string;
  readonly db: Db;
  readonly mailer: Mailer;
  /** Opens and seals what is stored encrypted. */
  readonly secretsKey: string;
  readonly now: () => Date;
  /** Runs a named part of the job. A host may remember its result and not run it again when the job is tried again. */
  readonly step: (name: string, work: () => Promise<JobFacts>) => Promise<JobFacts>;
};

type Trigger = { readonly cron: string } | { readonly on: string };

type Definition<Payload extends z.ZodType> = {
  /** Verb-noun, and the name of its queue. */
  readonly name: string;
  readonly trigger: Trigger;
  readonly payload: Payload;
  /** True when the payload must not outlive its run, nor be read by the host. */
  readonly isSecret?: boolean;
  /** Safe to run twice: every host may repeat it. */
  readonly run: (payload: z.output<Payload>, ctx: JobContext) => Promise<JobFacts>;
};

/** A job as hosts see it: whatever comes as payload is read before it runs. */
export type Job<Input = never> = {
  readonly name: string;
  readonly trigger: Trigger;
  readonly isSecret: boolean;
  readonly accepts: (input: Input) => unknown;
  readonly run: (payload: unknown, ctx: JobContext) => Promise<JobFacts>;
};

/** Makes a job of its definition. */
export function defineJob<Payload extends z.ZodType>(definition: Definition<Payload>): Job<z.input<Payload>> {
  const { name, trigger, payload, isSecret = false, run } = definition;
  return {
    name,
    trigger,
    isSecret,
    accepts: (input) => payload.parse(input),
    run: async (given, ctx) => run(payload.parse(given), ctx),
  };
}
