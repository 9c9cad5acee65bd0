import type { Tx } from "#lib/platform/db";
import type { Mail } from "#lib/platform/mail";
import { enqueue } from "./enqueue.ts";
import { sendMail } from "./send-mail.ts";

/** Has a mail sent after the caller's transaction commits; no page ever waits for a mail server. */
export const enqueueMail = (tx: Pick<Tx, "$executeRaw">, mail: Mail, secretsKey: string): Promise<void> =>
  enqueue(tx, sendMail, { payload: mail, secretsKey });
