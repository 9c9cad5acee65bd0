/** What the value of a header may hold (RFC 9110, 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** A token (RFC 9110, 5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

const NAMES_MAX = 500;

export type HeaderCheck = (name: string, value: string) => boolean;

/**
 * Tells whether a header can be written as it is and be read as nothing else, and that it is none of those `forbidden`, given in
 * lower case. Most say the same in every message: what was found sound last under a name is not looked at again.
 */
export function createHeaderCheck(forbidden: ReadonlySet<string> = new Set()): HeaderCheck {
  const sound = new Map<string, string>();
  return (name, value) => {
    const before = sound.get(name);
    if (before === value) return true;
    const isNameSound = before !== undefined || (NAME.test(name) && !forbidden.has(name.toLowerCase()));
    if (!isNameSound || !VALUE.test(value)) return false;
    if (before !== undefined || sound.size < NAMES_MAX) sound.set(name, value);
    return true;
  };
}
