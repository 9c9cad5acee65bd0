const ALLOWED = /^[a-zA-Z0-9_-]+$/;

/** Gives a tool call's id as the API takes it: as it is, or coded so that different ids stay different. */
export const toolIdOf = (id: string): string => (ALLOWED.test(id) ? id : `sy_${Buffer.from(id).toString("base64url")}`);
