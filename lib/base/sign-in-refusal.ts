type Refusal = { readonly code: string; readonly retryAfterS?: number | undefined };

/** Writes why signing in was refused as the one text that next-auth carries to the page. */
export const refusalText = ({ code, retryAfterS }: Refusal): string =>
  retryAfterS === undefined ? code : `${code}:${retryAfterS}`;

/** Reads what `refusalText` wrote. */
export function readRefusal(text: string): Refusal {
  const [code = "", seconds] = text.split(":");
  return seconds === undefined ? { code } : { code, retryAfterS: Number(seconds) };
}
