/** Encodes one segment of a path. Dots alone would climb however they were encoded, so such a name gives nothing. */
export function pathSegmentOf(name: string): string | undefined {
  return name === "" || name === "." || name === ".." || !name.isWellFormed() ? undefined : encodeURIComponent(name);
}
