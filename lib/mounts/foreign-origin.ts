import type { Incoming } from "./door/exchange.ts";

/**
 * True for a request that may change something and does not prove that it comes from our own pages: browsers send
 * `Sec-Fetch-Site`, older ones `Origin`. What sends neither is no browser page of ours.
 */
export function isForeignOrigin(incoming: Incoming, publicUrl: string): boolean {
  if (incoming.method === "GET" || incoming.method === "HEAD") return false;
  const site = incoming.headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin";
  return incoming.headers.origin !== new URL(publicUrl).origin;
}
