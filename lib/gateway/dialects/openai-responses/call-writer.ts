import type { BegunItem, ItemSite } from "./item-writer.ts";
import { type CallOpening, callIdOf, callItem } from "./output-items.ts";

/** Begins a streamed call of a tool. */
export function openCall(call: CallOpening, { emit, index, requestId }: ItemSite): BegunItem {
  const id = callIdOf(call, requestId, index);
  const events = call.isCustom ? "response.custom_tool_call_input" : "response.function_call_arguments";
  let input = "";
  return {
    frames: emit("response.output_item.added", {
      output_index: index,
      item: callItem(id, "in_progress", { ...call, input }),
    }),
    writer: {
      delta: (text) => {
        input += text;
        return emit(`${events}.delta`, { item_id: id, output_index: index, delta: text });
      },
      cite: () => "",
      weigh: () => "",
      sign: () => false,
      endPart: () => "",
      close: () => {
        const whole = call.isCustom ? { input } : { name: call.name, arguments: input };
        const item = callItem(id, "completed", { ...call, input });
        const frames =
          emit(`${events}.done`, { item_id: id, output_index: index, ...whole }) +
          emit("response.output_item.done", { output_index: index, item });
        return { frames, item };
      },
    },
  };
}
