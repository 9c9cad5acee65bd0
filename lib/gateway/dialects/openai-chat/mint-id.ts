/** The 32 hexadecimal digits of a request id, from which ids are minted that the upstream did not give. */
const digitsOf = (requestId: string) => requestId.replaceAll("-", "").slice(0, 32);

/** Mints the id of an answer. */
export const mintReplyId = (requestId: string) => `chatcmpl-${digitsOf(requestId)}`;

/** Mints the id of a tool call; OpenAI takes ids of at most 40 characters. */
export const mintCallId = (requestId: string, index: number) => `call_${digitsOf(requestId)}${index}`.slice(0, 40);
