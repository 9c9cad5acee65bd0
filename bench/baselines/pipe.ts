import { createServer } from "node:http";
import { pipeline } from "node:stream";
import { Pool } from "undici";
import { serve } from "../serve.ts";

// The bare pipe: the request's bytes go up, the reply's bytes come down, and nobody looks at either.
const [upstreamUrl = ""] = process.argv.slice(2);
const pool = new Pool(upstreamUrl);

serve(
  createServer(async (request, response) => {
    try {
      const reply = await pool.request({
        path: request.url ?? "/",
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": request.headers["content-length"],
          authorization: request.headers.authorization,
        },
        body: request,
      });
      response.writeHead(reply.statusCode, { "content-type": "text/event-stream" });
      // A caller who hangs up ends the upstream's body too; there is nothing to tell anybody.
      pipeline(reply.body, response, () => undefined);
    } catch {
      response.writeHead(502).end();
    }
  }),
);
