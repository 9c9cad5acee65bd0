import { ASK, asking, type Case, HELLO, USAGE } from "./case.ts";
import { CALLS, SHUNT, WHISTLE } from "./cases-tools.ts";

const SOURCE = { url: "https://yards.example/history", title: "A history of yards" };

export const ANSWER_CASES: Readonly<Record<string, Case>> = {
  thoughts: {
    asks: ASK,
    says: { ...HELLO, said: [{ kind: "thought", text: "What is a yard? 场", proof: "cHJvb2Y=" }, ...HELLO.said] },
  },
  usage: {
    asks: ASK,
    says: { ...HELLO, usage: { input: 4_321, cached: 4_096, output: 777, reasoning: 512 } },
  },
  "finish-stop": { asks: ASK },
  "finish-length": { asks: ASK, says: { ...HELLO, finish: "length" } },
  "finish-calls": { asks: asking({ tools: [SHUNT, WHISTLE] }), says: CALLS },
  "finish-filter": { asks: ASK, says: { ...HELLO, finish: "filter" } },
  refusal: {
    asks: ASK,
    says: { said: [{ kind: "refusal", text: "I cannot help with that." }], finish: "stop", usage: USAGE },
  },
  citations: {
    asks: ASK,
    says: { ...HELLO, said: [{ kind: "text", text: "Yards are old.", cites: SOURCE }] },
  },
};
