import { z } from "zod";

const id = z.number().int();

/** What a process tells the primary. */
export const FromWorker = z.discriminatedUnion("kind", [
  /** It takes no more connections; another may begin in its place. */
  z.object({ kind: z.literal("leaving") }),
  /** It has nothing left to do; these are its last figures. */
  z.object({ kind: z.literal("left"), text: z.string() }),
  /** It was asked for the metrics of all. */
  z.object({ kind: z.literal("scrape"), id }),
  z.object({ kind: z.literal("rendered"), id, text: z.string() }),
]);
export type FromWorker = z.infer<typeof FromWorker>;

/** What the primary tells a process. */
export const FromPrimary = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stop") }),
  /** Its last figures are noted, and no connection is on its way to it any more. */
  z.object({ kind: z.literal("farewell") }),
  z.object({ kind: z.literal("render"), id }),
  z.object({ kind: z.literal("scraped"), id, text: z.string() }),
]);
export type FromPrimary = z.infer<typeof FromPrimary>;
