import { objectIn, textIn } from "#lib/gateway/dialects/read";

/** The one field of a function that stands in for a tool with free text. */
export const INPUT = "input";

/** Writes free text as the arguments of the function that stands in. */
export const argumentsOf = (text: string): string => JSON.stringify({ [INPUT]: text });

/** Reads the free text out of arguments; a model that wrote no such object has written the text itself. */
export function textOf(args: string): string {
  const reader = createInputReader();
  return parsedText(args) ?? reader.push(args) + reader.end();
}

function parsedText(args: string): string | undefined {
  try {
    return textIn(objectIn(JSON.parse(args))?.[INPUT]);
  } catch {
    return undefined;
  }
}

export type InputReader = {
  readonly push: (piece: string) => string;
  readonly end: () => string;
};

const HEAD = /^\s*\{\s*"input"\s*:\s*"/;
/** Whole characters of a JSON string, as many as there are. */
const CHARACTERS = /^(?:[^"\\]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/;
const CONTROLS = /\p{Cc}/gu;
const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

/** Does what `textOf` does piece by piece: what can be read is given at once. */
export function createInputReader(): InputReader {
  let pending = "";
  let half = "";
  let place: "head" | "text" | "rest" = "head";

  const read = (): string => {
    const run = CHARACTERS.exec(pending)?.[0] ?? "";
    pending = pending.slice(run.length);
    if (pending.startsWith('"')) place = "rest";
    const text = half + unescaped(run);
    half = place === "text" && isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : "";
    return half === "" ? text : text.slice(0, -1);
  };

  return {
    push(piece) {
      if (place === "rest") return "";
      pending += piece;
      const head = place === "head" ? HEAD.exec(pending)?.[0] : "";
      if (head === undefined) return "";
      place = "text";
      pending = pending.slice(head.length);
      return read();
    },
    end: () => (place === "head" ? (parsedText(pending) ?? pending) : place === "text" ? half + pending : ""),
  };
}

/** A careless model writes line ends as they are. */
const unescaped = (run: string): string =>
  JSON.parse(`"${run.replace(CONTROLS, (control) => JSON.stringify(control).slice(1, -1))}"`);
