import type { Citation, JsonObject } from "#lib/gateway/conversation";
import type { TokenLogprob } from "#lib/gateway/reply";
import { writeCitation } from "./citations.ts";
import type { BegunItem, ItemSite, ItemWriter } from "./item-writer.ts";
import { writeLogprobs } from "./logprobs.ts";
import { mintId } from "./mint-id.ts";
import { type ItemStatus, messageItem, refusalContent, textContent } from "./output-items.ts";

export type ContentKind = "text" | "refusal";

/** A message takes one content part after the other for as long as no other item begins. */
export type MessageWriter = ItemWriter & { readonly start: (kind: ContentKind) => string };

/** Begins a streamed message with its first content. */
export function openMessage(kind: ContentKind, site: ItemSite): BegunItem {
  const id = mintId("msg", site.requestId, site.index);
  const item = messageItem(id, "in_progress", []);
  const writer = createMessageWriter(id, site);
  return {
    frames: site.emit("response.output_item.added", { output_index: site.index, item }) + writer.start(kind),
    writer,
  };
}

function createMessageWriter(id: string, { emit, index }: ItemSite): MessageWriter {
  const content: JsonObject[] = [];
  let open: OpenContent | undefined;
  const said = (type: string, fields: JsonObject) =>
    emit(type, { item_id: id, output_index: index, content_index: content.length, ...fields });
  const endPart = (): string => {
    if (!open) return "";
    const part = partOf(open);
    const whole = open.kind === "text" ? { text: open.text, logprobs: part.logprobs } : { refusal: open.text };
    const frames = said(`${EVENTS[open.kind]}.done`, whole) + said("response.content_part.done", { part });
    content.push(part);
    open = undefined;
    return frames;
  };

  return {
    start: (kind) => {
      const before = endPart();
      open = { kind, text: "", annotations: [], tokens: [] };
      return before + said("response.content_part.added", { part: partOf(open) });
    },
    delta: (text) => {
      if (!open) return "";
      open.text += text;
      return said(`${EVENTS[open.kind]}.delta`, { delta: text, ...(open.kind === "text" ? { logprobs: [] } : {}) });
    },
    cite: (citation: Citation) => {
      if (open?.kind !== "text") return "";
      const annotation = writeCitation(citation);
      open.annotations.push(annotation);
      const annotation_index = open.annotations.length - 1;
      return said("response.output_text.annotation.added", { annotation_index, annotation });
    },
    // A delta of no text: the tokens' own has been sent already.
    weigh: (tokens) => {
      if (open?.kind !== "text") return "";
      open.tokens.push(...tokens);
      return said("response.output_text.delta", { delta: "", logprobs: writeLogprobs(tokens) });
    },
    sign: () => false,
    endPart,
    close: (status: ItemStatus) => {
      const frames = endPart();
      const item = messageItem(id, status, content);
      return { frames: frames + emit("response.output_item.done", { output_index: index, item }), item };
    },
  };
}

type OpenContent = {
  readonly kind: ContentKind;
  text: string;
  readonly annotations: JsonObject[];
  readonly tokens: TokenLogprob[];
};

const EVENTS = { text: "response.output_text", refusal: "response.refusal" } as const;

const partOf = ({ kind, text, annotations, tokens }: OpenContent): JsonObject =>
  kind === "text" ? textContent(text, [...annotations], tokens) : refusalContent(text);
