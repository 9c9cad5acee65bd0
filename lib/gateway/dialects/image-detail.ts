import type { ImagePart } from "#lib/gateway/conversation";
import { invalid } from "./read.ts";

const DETAILS = ["low", "high", "original"] as const;

/** Reads how closely a model is to look at an image, in OpenAI's words; `auto` is as good as nothing said. */
export function readImageDetail(value: unknown, path: string): ImagePart["detail"] {
  if (value === undefined || value === null || value === "auto") return undefined;
  const detail = DETAILS.find((known) => known === value);
  if (detail === undefined) throw invalid(path, `must be one of auto, ${DETAILS.join(", ")}.`);
  return detail;
}
