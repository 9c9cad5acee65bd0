import { Inngest } from "inngest";
import { serve } from "inngest/next";
import { JOBS } from "#lib/jobs/registry";
import { INNGEST_APP, inngestFunctionOf } from "#lib/mounts/inngest-host";
import { openPortal } from "#lib/mounts/portal-context";
import { openMailer } from "#lib/platform/mail";

type Handlers = ReturnType<typeof serve>;

/** Serves every job to Inngest: the GET, POST and PUT of a Next route. Answers 404 while the Postgres queue is the host. */
export const inngestRoute = { GET: handlerOf("GET"), POST: handlerOf("POST"), PUT: handlerOf("PUT") };

function handlerOf(method: "GET" | "POST" | "PUT"): Handlers["GET"] {
  return async (request, context) => {
    if (openPortal().config.JOBS_HOST !== "inngest") return new Response(null, { status: 404 });
    opened ??= openHandlers();
    return opened[method](request, context);
  };
}

// Opened at the first request: a build has no settings.
let opened: Handlers | undefined;

function openHandlers(): Handlers {
  const { config, db, log } = openPortal();
  const mailer = openMailer({ smtpUrl: config.SMTP_URL, from: config.MAIL_FROM, dataDir: config.DATA_DIR });
  const client = new Inngest({ id: INNGEST_APP });
  const parts = { db, mailer, now: () => new Date(), log, secretsKey: config.SECRETS_KEY };
  return serve({ client, functions: JOBS.map((job) => inngestFunctionOf(client, job, parts)) });
}
