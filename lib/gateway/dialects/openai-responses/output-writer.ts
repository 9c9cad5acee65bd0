import type { JsonObject, Signature } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { openCall } from "./call-writer.ts";
import type { BegunItem, Emit, ItemSite, ItemWriter } from "./item-writer.ts";
import { type MessageWriter, openMessage } from "./message-writer.ts";
import { type ItemStatus, proofItem, reasoningIdOf, wholeItem } from "./output-items.ts";
import { openReasoning } from "./reasoning-writer.ts";
import { partLost, signatureLost } from "./reply-losses.ts";

type PartEvent = Extract<ReplyEvent, { part: number }>;

/** Writes the items of a streamed output, one after the other. A message stays open for as long as texts follow each other. */
export function createOutputWriter(emit: Emit, requestId: string) {
  const output: JsonObject[] = [];
  const { losses, lose, keep, loseLate, late } = createRemainder();
  let open: ItemWriter | MessageWriter | undefined;
  const site = (): ItemSite => ({ emit, requestId, index: output.length });

  const close = (status: ItemStatus): string => {
    if (!open) return "";
    const { frames, item } = open.close(status);
    open = undefined;
    output.push(item);
    return frames;
  };

  const whole = (item: JsonObject): string => {
    const place = { output_index: output.push(item) - 1, item };
    return emit("response.output_item.added", place) + emit("response.output_item.done", place);
  };

  const start = (of: PartOpening, part: number): string => {
    loseLate();
    const isContent = of.kind === "text" || of.kind === "refusal";
    if (isContent && open && "start" in open) return open.start(of.kind);
    const ended = close("completed");
    const proof = of.kind === "tool-call" && of.signature;
    const proven = proof ? whole(proofItem(reasoningIdOf(proof, requestId, output.length), proof)) : "";
    const begun = begin(of, site());
    if (begun === undefined) {
      lose(partLost(part));
      return ended;
    }
    if ("item" in begun) return ended + whole(begun.item);
    open = begun.writer;
    return ended + proven + begun.frames;
  };

  const push = (event: PartEvent): string => {
    switch (event.kind) {
      case "part-start":
        return start(event.of, event.part);
      case "delta":
        return open?.delta(event.text) ?? "";
      case "citation":
        return open?.cite(event.citation) ?? "";
      case "logprobs":
        return open?.weigh(event.tokens) ?? "";
      case "signature":
        if (open?.sign(event.signature) === false) keep(event);
        return "";
      case "part-end":
        // A message waits for what comes next, any other item ends with its part.
        return open && "start" in open ? open.endPart() : close("completed");
    }
  };

  /** Ends the last item. A proof that came too late to stand before it stands after it. */
  const finish = (status: ItemStatus): string => {
    const closed = close(status);
    const proof = late();
    return proof ? closed + whole(proofItem(reasoningIdOf(proof, requestId, output.length), proof)) : closed;
  };

  return { push, finish, output: (): readonly JsonObject[] => output, losses };
}

/** What could not be said so far, and a proof that came too late to stand before its part. */
function createRemainder() {
  const losses: Loss[] = [];
  let late: { readonly signature: Signature; readonly part: number } | undefined;
  const lose = (loss: Loss): void => void losses.push(loss);
  /** Before another part, it would be taken for that one's. */
  const loseLate = (): void => {
    if (late) lose(signatureLost(late.part));
    late = undefined;
  };
  return {
    losses: (): readonly Loss[] => losses,
    lose,
    loseLate,
    late: () => late?.signature,
    keep: (event: { readonly signature: Signature; readonly part: number }) => {
      loseLate();
      late = event;
    },
  };
}

/** Begins an item, or gives one that is whole already; nothing where this dialect has none for the part. */
function begin(of: PartOpening, site: ItemSite): BegunItem | { readonly item: JsonObject } | undefined {
  switch (of.kind) {
    case "text":
    case "refusal":
      return openMessage(of.kind, site);
    case "reasoning":
      return openReasoning(of, site);
    case "tool-call":
      return openCall(of, site);
    default: {
      const item = wholeItem(of, site.requestId, site.index);
      return item && { item };
    }
  }
}
