import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import pg from "pg";
import { z } from "zod";
import { checkBooks, type Finding, type InvoiceLine } from "#lib/ledger/books";
import { leftBehindIn } from "#lib/ledger/journal/left-behind";
import { databaseUrlOf } from "./migrate/database-url.ts";

/** The books could not be looked at; 1 says that they do not agree. */
const EXIT_NOT_CHECKED = 2;

const OPTIONS = { "data-dir": { type: "string", default: ".data" }, invoice: { type: "string" } } as const;
const USAGE = "Usage: npm run audit:books -- [--data-dir DIR] [--invoice FILE]";

try {
  const { values } = parseArgs({ options: OPTIONS });
  const findings = await audit(values["data-dir"], values.invoice);
  findings.forEach(print);
  process.exitCode = findings.every(({ differences }) => differences.length === 0) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `The books were not checked: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`,
  );
  process.exitCode = EXIT_NOT_CHECKED;
}

async function audit(dataDir: string, invoiceFile: string | undefined): Promise<readonly Finding[]> {
  const invoice = invoiceFile === undefined ? undefined : readInvoice(invoiceFile);
  // Without the time limits of the roles: the books of a year take longer than a request may.
  const sql = new pg.Pool({ connectionString: databaseUrlOf(dataDir), max: 1 });
  try {
    return await checkBooks({ sql, leftBehind: await leftBehindIn(dataDir, sql), invoice });
  } finally {
    await sql.end();
  }
}

/** One JSON object a line: `{"id", "inputTokens", "outputTokens"}`, as the upstream would bill it. */
function readInvoice(file: string): InvoiceLine[] {
  const line = z.object({ id: z.uuid(), inputTokens: z.int(), outputTokens: z.int() });
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((text) => line.parse(JSON.parse(text)));
}

function print({ name, figures, differences }: Finding): void {
  process.stdout.write(`${differences.length === 0 ? "ok  " : "BAD "} ${name}: ${figures}\n`);
  for (const line of differences) process.stdout.write(`       ${line}\n`);
}
