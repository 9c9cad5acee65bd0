import { z } from "zod";

export const id = z.uuid();
export const time = z.iso.datetime();
export const usd = z
  .string()
  .regex(/^-?\d+\.\d{9}$/)
  .describe("US dollars, with nine decimals");
export const count = z.int().min(0);

/** A page of a list; `nextCursor` is given back as `cursor` and null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
