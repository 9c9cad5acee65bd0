/**
 * What a model takes of what changed between Claude's generations, by its name (platform.claude.com: adaptive thinking,
 * effort, structured outputs; the SDK's notes on temperature, top_p and top_k). An upstream of another maker that speaks
 * this dialect is taken for the generation everybody imitated: thinking with a budget, and no limits of its own.
 */
export type ModelTraits = {
  readonly thinking: "none" | "budget" | "adaptive";
  /** Whether `disabled` is refused. */
  readonly alwaysThinks: boolean;
  readonly efforts: readonly string[];
  readonly takesSchemas: boolean;
  readonly sampling: "any" | "one" | "none" | "unchecked";
};

const NEVER_THINKS = /claude-(2|instant|3-(opus|sonnet|haiku|5))/;
const BUDGET = /claude-(3|4-([015]-)?(opus|sonnet|haiku)|(opus|sonnet|haiku)-4(-[015]|-20|@|$))/;
const ALWAYS_THINKS = /claude-(fable|mythos)/;
const AFTER_4_6 = /claude-(fable|mythos|(opus|sonnet|haiku)-(4-[7-9]|[5-9]))/;
const WITHOUT_SCHEMAS = /claude-(2|instant|3|4-(0-)?(opus|sonnet)|(opus|sonnet)-4(-0|-20|@|$))/;
const ONE_SAMPLER = /claude-(4-5-|opus-4-[1-6]|sonnet-4-[56]|haiku-4-5)/;

export function traitsOf(model: string): ModelTraits {
  // Some providers write versions with a dot: `claude-opus-4.5`.
  const name = model.replaceAll(".", "-");
  if (!name.includes("claude"))
    return { thinking: "budget", alwaysThinks: false, efforts: [], takesSchemas: true, sampling: "unchecked" };
  return {
    thinking: NEVER_THINKS.test(name) ? "none" : BUDGET.test(name) ? "budget" : "adaptive",
    alwaysThinks: ALWAYS_THINKS.test(name),
    efforts: effortsOf(name),
    takesSchemas: !WITHOUT_SCHEMAS.test(name),
    sampling: AFTER_4_6.test(name) ? "none" : ONE_SAMPLER.test(name) ? "one" : "any",
  };
}

function effortsOf(name: string): readonly string[] {
  if (name.includes("opus-4-5")) return ["low", "medium", "high"];
  if (BUDGET.test(name)) return [];
  return AFTER_4_6.test(name) ? ["low", "medium", "high", "xhigh", "max"] : ["low", "medium", "high", "max"];
}
