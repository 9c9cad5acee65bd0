import type { JsonObject } from "#lib/gateway/conversation";
import type { PartOpening } from "#lib/gateway/reply";
import type { BegunItem, ItemSite } from "./item-writer.ts";
import { reasoningIdOf, reasoningItem } from "./output-items.ts";

type ReasoningOpening = Extract<PartOpening, { kind: "reasoning" }>;

/** Begins a streamed reasoning item of one paragraph; its proof comes with the finished item, or at once where it is all there is. */
export function openReasoning(opening: ReasoningOpening, { emit, index, requestId }: ItemSite): BegunItem {
  const id = reasoningIdOf(opening.signature, requestId, index);
  const { form, isRedacted } = opening;
  let { signature } = opening;
  let text = "";
  const said = (event: string, fields: JsonObject) => {
    const place = form === "summary" ? { summary_index: 0 } : { content_index: 0 };
    return emit(event, { item_id: id, output_index: index, ...place, ...fields });
  };
  const events = EVENTS[form];
  const part = () => ({ type: events.part, text });
  const item = () => reasoningItem(id, { form, text, isRedacted, signature });
  const begun: JsonObject = isRedacted ? item() : { id, type: "reasoning", summary: [], ...events.empty };

  return {
    frames:
      emit("response.output_item.added", { output_index: index, item: begun }) +
      (isRedacted ? "" : said(events.added, { part: part() })),
    writer: {
      delta: (piece) => {
        text += piece;
        return isRedacted ? "" : said(`${events.text}.delta`, { delta: piece });
      },
      cite: () => "",
      weigh: () => "",
      sign: (given) => {
        signature = given;
        return true;
      },
      endPart: () => "",
      close: () => {
        const frames = isRedacted ? "" : said(`${events.text}.done`, { text }) + said(events.done, { part: part() });
        const done = item();
        return { frames: frames + emit("response.output_item.done", { output_index: index, item: done }), item: done };
      },
    },
  };
}

const EVENTS = {
  summary: {
    text: "response.reasoning_summary_text",
    added: "response.reasoning_summary_part.added",
    done: "response.reasoning_summary_part.done",
    part: "summary_text",
    empty: {},
  },
  full: {
    text: "response.reasoning_text",
    added: "response.content_part.added",
    done: "response.content_part.done",
    part: "reasoning_text",
    empty: { content: [] },
  },
} as const;
