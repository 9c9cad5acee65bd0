import type { Job } from "./job.ts";
import { maintainPartitions } from "./maintain-partitions.ts";
import { pruneResponses } from "./prune-responses.ts";
import { rotateSigningKeys } from "./rotate-signing-keys.ts";
import { sendMail } from "./send-mail.ts";

/** Every job there is; both hosts run exactly these. */
export const JOBS: readonly Job[] = [maintainPartitions, pruneResponses, rotateSigningKeys, sendMail];
