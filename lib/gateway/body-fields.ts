import { isArray, isEmptyArray, type JsonMember, memberOf, parseMember } from "./json-scan.ts";

/** The fields of a JSON object in bytes; each is parsed only when it is asked for, and most never are. */
export type BodyFields = {
  readonly get: (name: string) => unknown;
  /** Tells what stands there without parsing it: a long list of messages stays bytes. */
  readonly listState: (name: string) => "absent" | "no-list" | "empty" | "filled";
};

export const fieldsOf = (bytes: Uint8Array, members: readonly JsonMember[]): BodyFields => ({
  get: (name) => parseMember(bytes, memberOf(members, name)),
  listState: (name) => {
    const member = memberOf(members, name);
    if (member === undefined) return "absent";
    if (!isArray(bytes, member)) return "no-list";
    return isEmptyArray(bytes, member) ? "empty" : "filled";
  },
});
