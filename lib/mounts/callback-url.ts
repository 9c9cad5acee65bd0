const HOME = "/o";

/** Gives the path a page asked to come back to, if it is one of ours: anything else would send a visitor elsewhere. */
export function callbackPathOf(asked: string | string[] | undefined): string {
  if (typeof asked !== "string") return HOME;
  try {
    const url = new URL(asked, "http://portal.invalid");
    return url.origin === "http://portal.invalid" ? url.pathname + url.search : HOME;
  } catch {
    return HOME;
  }
}
