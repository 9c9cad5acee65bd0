import { bufferOf } from "#lib/base/bytes";
import { type JsonMember, memberOf, textOf } from "./json-scan.ts";

export type JsonEdits = {
  /** New values by name; a name that is not there is added at the end. Values are written as JSON. */
  readonly set?: ReadonlyMap<string, unknown>;
  readonly drop?: readonly string[];
  /** Old name to new name; left alone where the new name is already taken. */
  readonly rename?: Readonly<Record<string, string>>;
};

/** What becomes of a member: stays as it is, goes, or is written anew. */
type Fate = "kept" | "dropped" | { readonly text: string };

/**
 * Edits members of an outermost JSON object in its bytes. What is not edited keeps its bytes, so numbers beyond 2^53,
 * unknown fields and key order survive. Gives the same bytes when nothing applies.
 */
export function editJson(bytes: Uint8Array, members: readonly JsonMember[], edits: JsonEdits): Uint8Array {
  const alone = soleReplacement(members, edits);
  if (alone) return replaceValue(bytes, alone.member, alone.value);
  const names = new Set(members.map((member) => member.name));
  const fates = members.map((member) => fateOf(bytes, member, { names, edits }));
  const added = [...(edits.set ?? [])]
    .filter(([name]) => !names.has(name))
    .map(([name, value]) => memberText(name, value));
  if (added.length === 0 && fates.every((fate) => fate === "kept")) return bytes;
  return joinObject([...keptRuns(bytes, members, fates), ...added]);
}

/** The common case, one value put in another's place: no other byte is looked at. */
function soleReplacement(members: readonly JsonMember[], { set, drop, rename }: JsonEdits) {
  if (set?.size !== 1 || drop?.length || !isEmpty(rename)) return undefined;
  for (const [name, value] of set) {
    const member = memberOf(members, name);
    const isSole = member !== undefined && members.find((one) => one.name === name) === member;
    return isSole ? { member, value } : undefined;
  }
  return undefined;
}

const isEmpty = (record: Readonly<Record<string, string>> | undefined) => {
  for (const _name in record) return false;
  return true;
};

function replaceValue(bytes: Uint8Array, { valueStart, valueEnd }: JsonMember, value: unknown): Uint8Array {
  const before = bufferOf(bytes);
  const text = JSON.stringify(value);
  const end = valueStart + Buffer.byteLength(text);
  const edited = Buffer.allocUnsafe(end + bytes.length - valueEnd);
  before.copy(edited, 0, 0, valueStart);
  edited.write(text, valueStart);
  before.copy(edited, end, valueEnd);
  return edited;
}

function fateOf(
  bytes: Uint8Array,
  member: JsonMember,
  { names, edits }: { readonly names: ReadonlySet<string>; readonly edits: JsonEdits },
): Fate {
  const { name } = member;
  if (edits.drop?.includes(name)) return "dropped";
  if (edits.set?.has(name)) return { text: memberText(name, edits.set.get(name)) };
  const renamed = edits.rename && Object.hasOwn(edits.rename, name) ? edits.rename[name] : undefined;
  if (renamed === undefined || names.has(renamed)) return "kept";
  return { text: `${JSON.stringify(renamed)}:${textOf(bytes, member.valueStart, member.valueEnd)}` };
}

const memberText = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

/** Gives the pieces of the new object; neighbours that are kept stay one run of the original bytes. */
function keptRuns(bytes: Uint8Array, members: readonly JsonMember[], fates: readonly Fate[]): (Uint8Array | string)[] {
  const parts: (Uint8Array | string)[] = [];
  let runStart: number | undefined;
  for (const [index, member] of members.entries()) {
    const fate = fates[index] ?? "kept";
    if (fate === "kept") {
      runStart ??= member.keyStart;
      if (fates[index + 1] === "kept") continue;
      parts.push(bytes.subarray(runStart, member.valueEnd));
    } else if (fate !== "dropped") parts.push(fate.text);
    runStart = undefined;
  }
  return parts;
}

function joinObject(parts: readonly (Uint8Array | string)[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    pieces.push(index === 0 ? OPEN : COMMA, typeof part === "string" ? Buffer.from(part, "utf8") : part);
  }
  if (pieces.length === 0) pieces.push(OPEN);
  pieces.push(CLOSE);
  return Buffer.concat(pieces);
}

const OPEN = Buffer.from("{");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("}");
