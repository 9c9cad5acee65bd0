import type { UpstreamHead } from "#lib/gateway/providers/provider";

/** Status and headers of an upstream's answer, names in lower case. */
export const headOf = (status: number, headers: Readonly<Record<string, string>> = {}): UpstreamHead => ({
  status,
  header: (name) => headers[name],
});

/** What stands for the head of an error that was found inside a 200 or inside a stream. */
export const IN_A_200 = headOf(502);
