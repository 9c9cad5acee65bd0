import { z } from "zod";

const MESSAGE_LENGTH_MAX = 500;
const NUMBER_MAX = 2_147_483_647;
const PAGE_MAX = 200;

const versionNumber = z.coerce.number().int().min(1).max(NUMBER_MAX);
const versionReference = z.union([z.literal("active"), versionNumber]);
/** YAML or JSON text, or the document itself. */
const source = z.union([z.string().min(1), z.record(z.string(), z.unknown())]);
/** The version the author saw as active, 0 for none: another one since then is a conflict. */
const expectedVersion = z.int().min(0).max(NUMBER_MAX).optional();

export const ValidateConfigInput = z.strictObject({ source });

export const DiffConfigInput = z
  .strictObject({
    from: versionReference.default("active"),
    to: versionReference.optional(),
    source: source.optional(),
  })
  .refine(({ to, source: given }) => (to === undefined) !== (given === undefined), "give either `to` or `source`");

export const PublishConfigInput = z.strictObject({
  source,
  message: z.string().trim().min(1).max(MESSAGE_LENGTH_MAX),
  expectedVersion,
  /** Taken from the system's own commands only; everyone else signs as who they are. */
  author: z.string().trim().min(1).max(200).optional(),
});

export const ActivateConfigInput = z.strictObject({ number: versionNumber, expectedVersion });

export const ListConfigVersionsInput = z.strictObject({
  /** The number the previous page ended at. */
  cursor: versionNumber.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});

export const ReadConfigInput = z.strictObject({ number: versionReference.default("active") });
