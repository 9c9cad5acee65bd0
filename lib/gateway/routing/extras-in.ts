import type { Conversation, Extras, Message, Part } from "../conversation.ts";

type Found = { readonly path: string; readonly extras: Extras };

/** Gives every bag of fields of the caller's own dialect in a conversation, with the path it stands at. */
export function extrasIn(conversation: Conversation): readonly Found[] {
  return [
    ...at("", conversation.extras),
    ...conversation.messages.flatMap((message, index) => inMessage(message, `messages.${index}`)),
    ...conversation.tools.flatMap((tool, index) => at(`tools.${index}`, "extras" in tool ? tool.extras : undefined)),
  ];
}

const at = (path: string, extras: Extras | undefined): readonly Found[] => (extras ? [{ path, extras }] : []);

const inMessage = ({ extras, parts }: Message, path: string): readonly Found[] => [
  ...at(path, extras),
  ...parts.flatMap((part, index) => inPart(part, `${path}.parts.${index}`)),
];

function inPart(part: Part, path: string): readonly Found[] {
  const own = at(path, "extras" in part ? part.extras : undefined);
  if (part.kind !== "tool-result") return own;
  return [...own, ...part.content.flatMap((inner, index) => at(`${path}.content.${index}`, inner.extras))];
}
