import { v7 } from "uuid";

/** A UUIDv7 minted by us at admission. Callers' ids never take its place. */
export type RequestId = string & { readonly __requestId: true };

/** Gives a fresh UUIDv7, ordered by time. `ms` overrides the clock (Unix milliseconds). */
export const newId = (ms?: number): string => (ms === undefined ? v7() : v7({ msecs: ms }));

/** Gives the id of a request admitted at `ms` (Unix milliseconds, database time). */
export const newRequestId = (ms: number) => v7({ msecs: ms }) as RequestId;

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID, so that an id from outside never reaches SQL unread. */
export const isUuid = (text: string) => UUID_PATTERN.test(text);
