import type { AudioPart, JsonObject } from "#lib/gateway/conversation";
import { defined } from "../read.ts";
import { withExtras } from "./extras.ts";

/** Writes the `audio` of an answer. */
export const writeAudio = ({ id, base64, transcript, extras }: AudioPart): JsonObject =>
  withExtras(defined({ id, data: base64, transcript }), extras);
