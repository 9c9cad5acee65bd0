import { createServer, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";
import { serve } from "../serve.ts";

// The bare proxy: node:http in front, undici's dispatcher behind, JSON parsed both ways, and nothing else.
const [upstreamUrl = ""] = process.argv.slice(2);
const pool = new Pool(upstreamUrl);

serve(
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      JSON.parse(body.toString());
      const headers = { "content-type": "application/json", authorization: request.headers.authorization };
      pool.dispatch({ path: request.url ?? "/", method: "POST", headers, body }, relayTo(response));
    });
  }),
);

function relayTo(response: ServerResponse): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let status = 502;
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, statusCode) => {
      status = statusCode;
    },
    onResponseData: (_controller, chunk) => {
      chunks.push(chunk);
    },
    onResponseEnd: () => {
      const body = Buffer.concat(chunks);
      JSON.parse(body.toString());
      response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    },
    onResponseError: () => {
      response.writeHead(502).end();
    },
  };
}
