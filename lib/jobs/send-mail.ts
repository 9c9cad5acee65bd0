import { z } from "zod";
import { defineJob } from "./job.ts";

const SUBJECT_LENGTH_MAX = 300;
const BODY_LENGTH_MAX = 200_000;

const Mail = z.strictObject({
  to: z.email(),
  subject: z.string().min(1).max(SUBJECT_LENGTH_MAX),
  text: z.string().min(1).max(BODY_LENGTH_MAX),
  html: z.string().min(1).max(BODY_LENGTH_MAX),
});

/** Sends one mail. Its text may hold a link that signs somebody in, so only its size is ever told. */
export const sendMail = defineJob({
  name: "send-mail",
  trigger: { on: "mail/requested" },
  payload: Mail,
  isSecret: true,
  run: async (mail, { step, mailer, runId }) =>
    step("send", async () => {
      await mailer.send(mail, runId);
      return { characters: mail.text.length };
    }),
});
