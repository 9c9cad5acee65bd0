import { randomBytes } from "node:crypto";

/** Secrets that can be told apart from anything else, each under what it is. */
export type Canaries = Map<string, string>;

/** A secret of our own making, long enough to be found by chance never. */
export const mark = (bytes = 24): string => `cnry${randomBytes(bytes).toString("hex")}`;

export type Find = { readonly place: string; readonly secret: string; readonly form: string };

type Form = { readonly secret: string; readonly form: string; readonly bytes: Buffer };

/** Below this a piece could stand anywhere by chance. */
const CHARACTERS_MIN = 16;

/** Every way in which a secret may be written down: as it is, in hex, in base64 at each offset, and escaped for a URL. */
export function formsOf(canaries: Canaries): readonly Form[] {
  return [...canaries].flatMap(([secret, text]) => {
    if (text.length < CHARACTERS_MIN) throw new Error(`${secret} is too short to be searched for`);
    const bytes = Buffer.from(text);
    const written: readonly (readonly [form: string, text: string])[] = [
      ["plain", text],
      ["url", encodeURIComponent(text)],
      ["hex", bytes.toString("hex")],
      ...[0, 1, 2].flatMap((offset) => [
        ["base64", inBase64(bytes, offset)] as const,
        ["base64url", inBase64(bytes, offset).replaceAll("+", "-").replaceAll("/", "_")] as const,
      ]),
    ];
    const distinct = new Map(written.map(([form, way]) => [way, form] as const).reverse());
    return [...distinct].map(([way, form]) => ({ secret, form, bytes: Buffer.from(way) }));
  });
}

/** The characters that stand for these bytes alone, wherever they begin in what is encoded. */
function inBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  return encoded.slice(Math.ceil((offset * 8) / 6), -1);
}

/** Gives where a secret stands in what was written. */
export function findsIn(place: string, written: Buffer | string, forms: readonly Form[]): Find[] {
  const bytes = typeof written === "string" ? Buffer.from(written) : written;
  return forms.filter((form) => bytes.includes(form.bytes)).map(({ secret, form }) => ({ place, secret, form }));
}
