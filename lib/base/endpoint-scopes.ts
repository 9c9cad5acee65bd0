/** What a key may be limited to. One scope covers every dialect's way to ask for the same thing. */
export const ENDPOINT_SCOPES = ["chat", "completions", "embeddings", "moderations", "models"] as const;

export type EndpointScope = (typeof ENDPOINT_SCOPES)[number];
