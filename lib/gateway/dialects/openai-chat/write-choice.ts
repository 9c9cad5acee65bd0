import type { JsonObject, Signature } from "#lib/gateway/conversation";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { writeCitation } from "./citations.ts";
import { writeFinish } from "./finish.ts";
import { writeLogprobs } from "./logprobs.ts";
import type { LossReport } from "./loss-report.ts";
import { detailOf, growthOf, openingOf } from "./write-delta.ts";
import { writeCallSignature } from "./write-tool-call.ts";

export type ChoiceEvent = Extract<ReplyEvent, { readonly choice: number }>;

/** Writes one choice of a stream: each event becomes the `choices` entries of zero or more chunks. */
export type ChoiceWriter = {
  readonly push: (event: ChoiceEvent) => readonly JsonObject[];
};

type Settings = { readonly isLegacy: boolean; readonly report: LossReport };

/** Starts writing a choice. */
export function createChoiceWriter(choice: number, settings: Settings): ChoiceWriter {
  const parts = createPartWriter(choice, settings);
  let isFinished = false;

  const entry = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    index: choice,
    delta,
    finish_reason: finish,
  });

  return {
    push: (event) => {
      if (isFinished) return [];
      if (event.kind === "finish") {
        isFinished = true;
        return [entry({}, writeFinish(event.finish, { hasTools: parts.hasCalls(), isLegacy: settings.isLegacy }))];
      }
      if (event.kind === "logprobs") {
        const of = parts.kindOf(event.part) === "refusal" ? "refusal" : "content";
        return [{ ...entry({}), logprobs: writeLogprobs(event.tokens, of) }];
      }
      const delta = parts.deltaOf(event);
      return delta === undefined || Object.keys(delta).length === 0 ? [] : [entry(delta)];
    },
  };
}

/** A part that is being written; `slot` is its index among the tool calls or the thoughts, `start` its offset in the text. */
type Written = { readonly of: PartOpening; readonly slot: number; readonly start: number };

type PartEvent = Exclude<ChoiceEvent, { kind: "finish" | "logprobs" }>;

function createPartWriter(choice: number, { isLegacy, report }: Settings) {
  const parts = new Map<number, Written>();
  let calls = 0;
  let thoughts = 0;
  let textLength = 0;

  function open(part: number, of: PartOpening): JsonObject | undefined {
    const isSecondCall = of.kind === "tool-call" && isLegacy && calls > 0;
    const slot = of.kind === "tool-call" ? calls++ : of.kind === "reasoning" ? thoughts++ : 0;
    const delta = isSecondCall ? undefined : openingOf(of, { slot, isLegacy });
    if (delta === undefined) report.meaning(`choices.${choice}.parts.${part}`);
    else parts.set(part, { of, slot, start: textLength });
    return delta;
  }

  function grow({ of, slot }: Written, text: string): JsonObject | undefined {
    if (text === "") return undefined;
    if (of.kind === "text") textLength += text.length;
    return growthOf(of, text, { slot, isLegacy });
  }

  function sign({ of, slot }: Written, signature: Signature): JsonObject | undefined {
    if (of.kind === "tool-call" && isLegacy) return undefined;
    if (of.kind === "tool-call") return { tool_calls: [{ index: slot, ...writeCallSignature(signature) }] };
    if (of.kind === "reasoning") return detailOf({ ...of, signature }, "", slot);
    // Gemini's proof of a text has no place on it: it stands among the thoughts.
    return detailOf({ form: "full", isRedacted: true, signature }, "", thoughts++);
  }

  function cite({ start }: Written, event: Extract<ChoiceEvent, { kind: "citation" }>): JsonObject | undefined {
    const annotation = writeCitation(event.citation, { start, length: textLength - start });
    if (annotation === undefined) report.harmless(`choices.${choice}.parts.${event.part}.citations`);
    return annotation && { annotations: [annotation] };
  }

  return {
    hasCalls: () => calls > 0,
    kindOf: (part: number) => parts.get(part)?.of.kind,
    deltaOf: (event: PartEvent): JsonObject | undefined => {
      if (event.kind === "part-start") return open(event.part, event.of);
      const written = parts.get(event.part);
      if (written === undefined || event.kind === "part-end") return undefined;
      if (event.kind === "delta") return grow(written, event.text);
      return event.kind === "signature" ? sign(written, event.signature) : cite(written, event);
    },
  };
}
