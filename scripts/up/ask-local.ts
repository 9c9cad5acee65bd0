import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { text } from "node:stream/consumers";

type Asking = { readonly timeoutMs: number; readonly headers?: Readonly<Record<string, string>> };

/** Asks what we have started ourselves. Its certificate is for its public name, so it is not checked here. */
export async function askLocal(url: string, { timeoutMs, headers = {} }: Asking) {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.startsWith("https:")
      ? getSecure(url, { headers, signal, agent: false, rejectUnauthorized: false }, resolve)
      : getPlain(url, { headers, signal, agent: false }, resolve);
    request.once("error", reject);
  });
  return { status: response.statusCode, body: await text(response) };
}
