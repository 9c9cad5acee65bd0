import { lookup as lookUpName } from "node:dns";
import type { LookupFunction } from "node:net";
import { isPublicAddress } from "#lib/base/public-address";

/** Thrown into a connection attempt whose address may not be dialled. */
export class RefusedAddress extends Error {
  constructor(host: string) {
    super(`the address of ${host} is private or special; set allowPrivateNetwork on the provider to permit it`);
    this.name = "RefusedAddress";
  }
}

/** Gives the host of a URL as the socket will see it: brackets and zone of an IPv6 literal removed. */
export const bareHost = (hostname: string) => hostname.replace(/^\[|\]$/g, "").replace(/%.*$/, "");

/** Resolves a name once and hands on only checked addresses, so that what is checked is what is dialled. One bad answer refuses the name. */
export const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookUpName(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error || first === undefined) return done(error ?? new Error("no address"), "", 0);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return done(new RefusedAddress(hostname), "", 0);
    return options.all ? done(null, addresses) : done(null, first.address, first.family);
  });
};
