const HOME = "/o";

/** Gives the path a page asked to come back to, if it is one of ours: anything else would send a visitor elsewhere. */
export function callbackPathOf(asked: string | string[] | undefined): string {
  if (typeof asked !== "string") return HOME;
  try {
    const url = new URL(asked, "http://portal.invalid");
    const path = url.pathname + url.search;
    // "/.//host" is a path of ours with another host's address in it: a browser would go there.
    return url.origin === "http://portal.invalid" && !path.startsWith("//") ? path : HOME;
  } catch {
    return HOME;
  }
}
