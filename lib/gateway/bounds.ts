const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Every limit of the gateway in one table, which docs/limits.md explains row by row. Bytes, counts, ratios or milliseconds
 * as the name says.
 */
export const BOUNDS = {
  // The head of a request.
  headerBytesMax: 16 * KIB,
  headersMax: 100,
  urlBytesMax: 8 * KIB,
  headersTimeoutMs: 10_000,

  // Its body.
  /** OpenAI takes 50 MB of images in a request; base64 in JSON stays below this. */
  requestBytesMax: 32 * MIB,
  /** What the pages and the Admin API may be sent. */
  onwardBytesMax: 10 * MIB,
  jsonDepthMax: 100,
  /** A million nodes block the event loop for 0.7 s. */
  jsonNodesMax: 100_000,
  /** Where the input may be tokens, each of which is a value: OpenAI embeds 300,000 in one request. */
  tokenNodesMax: 400_000,
  /** Of one object: very wide ones take many times the work of as many small ones. */
  jsonMembersMax: 10_000,
  /** The largest double, written out, has 309. */
  jsonNumberCharsMax: 400,
  modelNameCharsMax: 256,
  /** Answers to one request: OpenAI's most for `n`, taken for every dialect's. */
  choicesMax: 128,
  /** Numbers that no double holds, in a body that is translated: many times the work of others. */
  longNumbersMax: 10_000,
  /** Fields that a translation could not carry and that are named to the caller and in its record. */
  lossNamesMax: 50,
  lossNameCharsMax: 128,
  /** Stop sequences that we watch for ourselves, where an upstream takes none or fewer; every piece of a stream is searched for each. */
  stopsMax: 32,
  stopCharsMax: 256,
  /** A body must move; this much on average. */
  bodyBytesPerSecondMin: KIB,
  /** So long it may be slower at its beginning, */
  bodyGraceMs: 10_000,
  /** and so long it may pause later, once it has been quick. */
  bodyTimeoutMs: 30_000,

  // Connections.
  connectionsMax: 10_000,
  /** One backend may hold thousands of streams. */
  connectionsPerAddressMax: 4_000,
  requestsInFlightMax: 5_000,
  /** Above the 60 s that common load balancers keep an idle connection. */
  keepAliveMs: 75_000,
  /** Of silence before the kernel asks whether the other side is still there. */
  probeAfterMs: 15_000,
  handshakeTimeoutMs: 10_000,
  /** After a refusal what is still coming is thrown away, so that the answer is read; within these. */
  lingerBytesMax: 64 * KIB,
  lingerMs: 1_000,
  http2StreamsMax: 100,
  http2ResetsPerSecondMax: 20,
  http2ResetBurstMax: 100,

  // Callers that read slowly.
  /** Nothing taken for so long while bytes wait. */
  readerTimeoutMs: 60_000,
  /** Written and not yet taken, of one stream. */
  readerBytesMax: MIB,

  // Wrong credentials from one address, and what is looked up for it once there were too many.
  failedAuthPerMinuteMax: 30,

  // Overload: the first level stops keep-alive, the second sheds.
  delayStrainedMs: 100,
  delayOverloadedMs: 250,
  memoryStrainedRatio: 0.85,
  memoryOverloadedRatio: 0.92,

  // Upstreams.
  attemptsMax: 8,
  replyBytesMax: 64 * MIB,
  /** One event of an upstream's stream. */
  eventBytesMax: MIB,
  /** Of all upstreams together, or of one body, worked on in one turn of the event loop: a few milliseconds' worth. */
  turnBytesMax: 256 * KIB,
  /** Of one upstream, when the turn is over for all. */
  turnBytesMin: 64 * KIB,
  /** Held back before the first content event; past it the stream begins, or is given up where it holds no event. */
  pendingBytesMax: 256 * KIB,
  errorBodyBytesMax: 64 * KIB,

  // Responses we keep.
  /** Input and answer of one stored response; a larger one is answered and not stored. */
  storedResponseBytesMax: 8 * MIB,
  storedResponseIdCharsMax: 256,
  /** Answers that may follow one upon the other by `previous_response_id`. */
  responseTurnsMax: 200,
  /** Items that one input may name instead of holding them. */
  itemReferencesMax: 256,

  // The journal.
  checkpointBytes: 64 * KIB,
  checkpointMs: 2_000,
} as const;
