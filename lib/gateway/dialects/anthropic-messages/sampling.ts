import type { Conversation } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import { harmless } from "./loss.ts";
import type { ModelTraits } from "./models.ts";

type Sampling = Pick<Conversation, "temperature" | "topP" | "topK">;
type WrittenSampling = { readonly said: Sampling; readonly losses: readonly Loss[] };

/** What the API takes for "as you are", so leaving it out changes nothing. */
const DEFAULTS = { temperature: 1, topP: 1 };
const TEMPERATURE_MAX = 1;
/** While it thinks, a model takes no other top_p. */
const THINKING_TOP_P_MIN = 0.95;

/** Gives the sampling a model takes; what it would refuse is left out and reported, unless it was the default anyway. */
export function samplingFor(asked: Sampling, traits: ModelTraits, isThinking: boolean): WrittenSampling {
  if (traits.sampling === "unchecked") return { said: asked, losses: [] };
  if (traits.sampling === "none") return without(asked, ["temperature", "topP", "topK"]);
  if (isThinking)
    return without(asked, isThinkingTopP(asked) ? ["temperature", "topK"] : ["temperature", "topP", "topK"]);
  const isBoth = traits.sampling === "one" && asked.temperature !== undefined && asked.topP !== undefined;
  return capped(isBoth ? without(asked, ["topP"]) : { said: asked, losses: [] });
}

const isThinkingTopP = ({ topP }: Sampling) => topP !== undefined && topP >= THINKING_TOP_P_MIN;

function without(asked: Sampling, names: readonly (keyof Sampling)[]): WrittenSampling {
  const said = { ...asked, ...Object.fromEntries(names.map((name) => [name, undefined])) };
  const defaults: Sampling = DEFAULTS;
  const lost = names.filter((name) => asked[name] !== undefined && asked[name] !== defaults[name]);
  return { said, losses: lost.map(harmless) };
}

/** OpenAI and Gemini go up to 2. */
function capped({ said, losses }: WrittenSampling): WrittenSampling {
  if (said.temperature === undefined || said.temperature <= TEMPERATURE_MAX) return { said, losses };
  return { said: { ...said, temperature: TEMPERATURE_MAX }, losses: [...losses, harmless("temperature")] };
}
