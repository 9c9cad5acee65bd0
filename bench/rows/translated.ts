import { compare, type Load, type Plan } from "../compare.ts";
import { chatRequest, MODELS } from "../messages.ts";
import { inMedian, type RowName, type RowPlan } from "./row.ts";

const TARGET = 3;
const CONCURRENCY = 32;
const EVENTS = 200;
const INTERVAL_MS = 3;

type Kind = {
  readonly name: RowName;
  readonly title: string;
  readonly unitName: string;
  /** The same call of the same caller: to an upstream that speaks its dialect, and to one that does not. */
  readonly passed: string;
  readonly translated: string;
  readonly isStream: boolean;
  readonly full: Omit<Plan, "unitsPerRequest">;
  readonly quick: Omit<Plan, "unitsPerRequest">;
};

/** CPU of the gateway itself: a chat call in front of Anthropic's Messages, over one in front of OpenAI's own dialect. */
const rowOf = ({ name, title, unitName, passed, translated, isStream, full, quick }: Kind): RowPlan => ({
  baseline: "gateway",
  models: [passed, translated],
  run: async ({ generator, openBaseline, openSubject, isQuick }) => {
    const loadOf = (model: string): Load => ({
      body: chatRequest(model, isStream),
      concurrency: CONCURRENCY,
      ...(isStream ? { events: EVENTS } : {}),
    });
    const comparison = await compare(generator, [openBaseline, openSubject], {
      loads: [loadOf(passed), loadOf(translated)],
      plan: { ...(isQuick ? quick : full), unitsPerRequest: isStream ? EVENTS : 1 },
    });
    const { baseline, subject } = comparison;
    return {
      name,
      title,
      value: comparison.ratio,
      unit: "x",
      target: TARGET,
      notes: [
        `passed through: ${inMedian(baseline.cpuMicrosPerUnit, 1)} us of CPU ${unitName}`,
        `translated: ${inMedian(subject.cpuMicrosPerUnit, 1)} us of CPU ${unitName}`,
      ],
      requests: baseline.requests + subject.requests,
      details: comparison,
    };
  },
});

export const translated = rowOf({
  name: "translated",
  title: "CPU per translated request over one passed through",
  unitName: "a request",
  passed: MODELS.plain,
  translated: MODELS.translated,
  isStream: false,
  full: { rounds: 5, turnsPerRound: 20, requestsPerTurn: 1_000, warmUpRequests: 20_000 },
  quick: { rounds: 3, turnsPerRound: 15, requestsPerTurn: 500, warmUpRequests: 10_000 },
});

/** What is passed through is edited too: the model's name in every chunk, and the usage that its caller did not ask for. */
export const translatedStream = rowOf({
  name: "translated-stream",
  title: "CPU per translated chunk over one passed through",
  unitName: "a chunk",
  passed: MODELS.stream(EVENTS, INTERVAL_MS),
  translated: MODELS.translatedStream(EVENTS, INTERVAL_MS),
  isStream: true,
  full: { rounds: 5, turnsPerRound: 8, requestsPerTurn: 64, warmUpRequests: 192 },
  quick: { rounds: 3, turnsPerRound: 4, requestsPerTurn: 64, warmUpRequests: 128 },
});
