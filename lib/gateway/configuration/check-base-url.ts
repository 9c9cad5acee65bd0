import ipaddr from "ipaddr.js";
import { isPublicAddress } from "#lib/base/public-address";
import type { ConfigurationIssue, IssuePath } from "./issue.ts";

type Findings = { readonly errors: readonly ConfigurationIssue[]; readonly warnings: readonly ConfigurationIssue[] };
type Options = {
  readonly path: IssuePath;
  readonly allowPrivateNetwork: boolean;
  /** Query parameters that the kind of provider takes in its address. */
  readonly parameters?: readonly string[];
};

/** Checks an upstream's address as written. Names are resolved and checked again by the dialer, for each connection. */
export function checkBaseUrl(text: string, { path, allowPrivateNetwork, parameters = [] }: Options): Findings {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return { errors: [{ path, message: "must be an http or https address" }], warnings: [] };
  }
  const isPrivate = isPrivateHost(url.hostname);
  const errors = [...forbiddenParts(url, text), ...forbiddenQuery(url, text, parameters)];
  if (isPrivate && !allowPrivateNetwork) {
    errors.push("is a private address: set allowPrivateNetwork: true on this provider if that is meant");
  }
  const isOpen = url.protocol === "http:" && !isPrivate && !allowPrivateNetwork;
  const warnings = isOpen ? ["is not encrypted: credentials and prompts can be read on the way"] : [];
  const toIssue = (message: string) => ({ path, message });
  return { errors: errors.map(toIssue), warnings: warnings.map(toIssue) };
}

function forbiddenParts(url: URL, text: string): string[] {
  const found = [];
  if (url.username !== "" || url.password !== "") found.push("must not carry a user or password: use credentials");
  if (text.includes("#")) found.push("must not carry a fragment");
  return found;
}

const PARAMETER_VALUE = /^[a-z0-9][a-z0-9.-]{0,63}$/i;

function forbiddenQuery({ searchParams }: URL, text: string, allowed: readonly string[]): string[] {
  if (!text.includes("?")) return [];
  if (allowed.length === 0) return ["must not carry a query"];
  const given = [...searchParams];
  const isRight = ([name, value]: readonly [string, string]) => allowed.includes(name) && PARAMETER_VALUE.test(value);
  if (given.length === 1 && given.every(isRight)) return [];
  return [`must not carry a query but ${allowed.join(" or ")}`];
}

// `URL` has already brought every spelling of an IPv4 address (octal, hexadecimal, one number) into the dotted form.
function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  return ipaddr.isValid(host) && !isPublicAddress(host);
}
