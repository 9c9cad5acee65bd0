type Level = "error" | "warn" | "info";
type Fields = Readonly<Record<string, unknown>>;

const RANK: Record<Level, number> = { error: 0, warn: 1, info: 2 };

export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

/**
 * One JSON line per event on stderr. error = someone must act, warn = it healed, info = a record.
 * Fields are written as given, so callers pass ids and counts, never prompts, keys or headers.
 */
export function createLog(role: string, level: Level, write = (line: string) => void process.stderr.write(line)): Log {
  const emit =
    (at: Level) =>
    (message: string, fields: Fields = {}) => {
      if (RANK[at] > RANK[level]) return;
      const entry = { at: new Date().toISOString(), level: at, role, message, ...fields };
      write(`${JSON.stringify(entry, writable)}\n`);
    };
  return { error: emit("error"), warn: emit("warn"), info: emit("info") };
}

function writable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return describe(value);
  return value;
}

/** Gives an error as plain fields for the log: name, message, detail, stack and causes. */
function describe(error: Error): Fields {
  const detail = "detail" in error ? error.detail : undefined;
  return { name: error.name, text: error.message, detail, stack: error.stack, cause: error.cause };
}
