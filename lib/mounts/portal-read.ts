import { ERROR_STATUS } from "#lib/base/errors";
import { failureOf } from "./action.ts";

type Query = Readonly<Record<string, string | undefined>>;

/** Makes a GET of the portal, which the browser polls or pages: the verb's answer as JSON, or a code and an id. */
export function portalRead<Output>(read: (query: Query) => Promise<Output>) {
  return async (request: Request): Promise<Response> => {
    try {
      return answer(200, await read(Object.fromEntries(new URL(request.url).searchParams)));
    } catch (thrown) {
      const { code, requestId } = failureOf(thrown);
      return answer(code === "signed_out" ? 401 : ERROR_STATUS[code], { error: { code, requestId } });
    }
  };
}

const answer = (status: number, body: unknown) =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });
