/** Mints an id that is the same each time for the same request and place. */
export const mintId = (prefix: string, requestId: string, index: number | "" = ""): string =>
  `${prefix}_${requestId.replaceAll("-", "")}${index}`;
