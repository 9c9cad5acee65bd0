/** Every limit of the gateway in one table. Bytes, counts or milliseconds as the name says. */
export const BOUNDS = {
  /** OpenAI takes 50 MB of images in a request; base64 in JSON stays below this. */
  requestBytesMax: 32 * 1024 * 1024,
  jsonDepthMax: 100,
  /** A million nodes block the event loop for 0.7 s. */
  jsonNodesMax: 100_000,
  replyBytesMax: 64 * 1024 * 1024,
  /** One event of an upstream's stream. */
  eventBytesMax: 1024 * 1024,
  /** Held back before the first content event; past it the upstream is paused. */
  pendingBytesMax: 256 * 1024,
  errorBodyBytesMax: 64 * 1024,
  attemptsMax: 8,
  modelNameCharsMax: 256,
  /** Input and answer of one stored response; a larger one is answered and not stored. */
  storedResponseBytesMax: 8 * 1024 * 1024,
  storedResponseIdCharsMax: 256,
  /** Answers that may follow one upon the other by `previous_response_id`. */
  responseTurnsMax: 200,
  /** Items that one input may name instead of holding them. */
  itemReferencesMax: 256,
  checkpointBytes: 64 * 1024,
  checkpointMs: 2_000,
} as const;
