import { mkdir, readdir, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";

export type Mail = { readonly to: string; readonly subject: string; readonly text: string; readonly html: string };

export type Mailer = {
  /** Hands a mail over. The same id twice is the same mail: it keeps its message id, and its one file in the outbox. */
  readonly send: (mail: Mail, id: string) => Promise<void>;
  readonly close: () => void;
};

type Options = { readonly smtpUrl: string | undefined; readonly from: string; readonly dataDir: string };

const CONNECT_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 30_000;
const SMTP_CONNECTIONS = 2;
const OUTBOX_FILES_MAX = 200;

/** Opens the mail sender: SMTP where it is configured, else a folder of files that a developer can read. */
export const openMailer = (options: Options): Mailer =>
  options.smtpUrl === undefined ? openOutbox(options) : openSmtp(options.smtpUrl, options.from);

function openSmtp(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: SMTP_CONNECTIONS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail, id) => {
      await transport.sendMail({ ...mail, from, messageId: `<${id}@switchyard>` });
    },
    close: () => transport.close(),
  };
}

function openOutbox({ from, dataDir }: Options): Mailer {
  const folder = join(dataDir, "outbox");
  return {
    send: async (mail, id) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `${id}.json`);
      const text = JSON.stringify({ id, at: new Date().toISOString(), from, ...mail }, null, 2);
      await writeFile(`${path}.part`, text, { mode: 0o600 });
      await rename(`${path}.part`, path);
      await keepNewest(folder);
    },
    close: () => undefined,
  };
}

// Ids grow with time, so the names tell the oldest.
async function keepNewest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const old = names.slice(0, Math.max(0, names.length - OUTBOX_FILES_MAX));
  await Promise.all(old.map((name) => unlink(join(folder, name)).catch(() => undefined)));
}
