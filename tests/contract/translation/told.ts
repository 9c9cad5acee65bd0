import type { DialectId } from "#lib/gateway/conversation";
import type { Said, Script } from "#tests/support/dialect-upstream-script";
import type { Told } from "#tests/support/pairs-answer";
import type { Pair } from "./case.ts";

const NAMES_REFUSALS: ReadonlySet<DialectId> = new Set(["openai-chat", "openai-responses"]);

const of = <K extends Said["kind"]>(said: readonly Said[], kind: K) =>
  said.filter((one): one is Extract<Said, { kind: K }> => one.kind === kind);

const joined = (parts: readonly { readonly text: string }[]) => parts.map(({ text }) => text).join("");

/** What a caller must be told of what a model said, as far as both dialects have words for it. Proofs are compared on their way back. */
export function toldOf({ said, finish, usage, ...script }: Script, { caller, upstream }: Pair): Omit<Told, "model"> {
  const isNamed = NAMES_REFUSALS.has(caller) && NAMES_REFUSALS.has(upstream);
  const refusal = joined(of(said, "refusal"));
  const texts = of(said, "text");
  return {
    text: joined(texts) + (isNamed ? "" : refusal),
    refusal: isNamed ? refusal : "",
    thoughts: of(said, "thought").map(({ text, proof }) => ({ text, proof })),
    calls: of(said, "call").map(({ id, name, input }) => ({ id, name, input })),
    finish: finishOf(finish, { isRefused: refusal !== "", caller, upstream }),
    usage,
    cites: texts.flatMap(({ cites }) => (cites ? [cites] : [])),
    alternatives: script.alternatives ?? [],
    tokens: (script.tokens ?? []).map(({ token }) => token),
  };
}

type Ending = Pair & { readonly isRefused: boolean };

/** A refusal that an OpenAI upstream says in words is an end of its own to a caller of Anthropic's. */
function finishOf(finish: Script["finish"], { isRefused, caller, upstream }: Ending): Script["finish"] {
  return isRefused && caller === "anthropic-messages" && NAMES_REFUSALS.has(upstream) ? "filter" : finish;
}
