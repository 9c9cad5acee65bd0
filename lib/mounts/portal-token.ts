import { z } from "zod";
import { AppError, ERROR_STATUS } from "#lib/base/errors";
import { createIssueThrottle } from "#lib/features/tokens/issue-throttle";
import { issueToken } from "#lib/features/tokens/issue-token";
import { IssueTokenInput } from "#lib/features/tokens/schema";
import { failureOf } from "./action.ts";
import { openPortal } from "./portal-context.ts";
import { openContext, openUserContext } from "./session.ts";

const BODY_BYTES_MAX = 4_096;

const Body = IssueTokenInput.extend({ organization: z.string() });
const throttle = createIssueThrottle();

/** Answers with an access token for the member whose portal session the request carries. */
export async function servePortalToken(request: Request): Promise<Response> {
  try {
    const { sessionId } = await openUserContext();
    const { organization, ...input } = Body.parse(await readBody(request));
    const { PUBLIC_URL, SECRETS_KEY } = openPortal().config;
    const ctx = { ...(await openContext(organization)), sessionId };
    return answer(200, await issueToken(ctx, input, { publicUrl: PUBLIC_URL, secretsKey: SECRETS_KEY, throttle }));
  } catch (thrown) {
    const { code, param, retryAfterS, requestId } = failureOf(thrown);
    const status = code === "signed_out" ? 401 : ERROR_STATUS[code];
    return answer(status, { error: { code, param, requestId } }, retryAfterS);
  }
}

async function readBody(request: Request): Promise<unknown> {
  // A page of somebody else's cannot send this type without asking us first.
  if (request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() !== "application/json")
    throw new AppError("unsupported_content", "Send application/json.");
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new AppError("body_too_large", `Send at most ${BODY_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new AppError("invalid_json", "The body is not JSON.", { cause });
  }
}

const answer = (status: number, body: unknown, retryAfterS?: number) =>
  Response.json(body, {
    status,
    headers: {
      "cache-control": "no-store",
      ...(retryAfterS === undefined ? {} : { "retry-after": `${retryAfterS}` }),
    },
  });
