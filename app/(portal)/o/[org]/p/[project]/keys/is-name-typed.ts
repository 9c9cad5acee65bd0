/** True when what was typed reads like the name: a page shows a run of spaces as one, and signs without a shape not at all. */
export const isNameTyped = (name: string, typed: string): boolean => asRead(name) === asRead(typed);

const asRead = (text: string) =>
  text
    .normalize("NFC")
    .replace(/\p{Cf}/gu, "")
    .replace(/\s+/g, " ")
    .trim();
