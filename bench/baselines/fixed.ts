import { createServer } from "node:http";
import { PLAIN_REPLY } from "../messages.ts";
import { serve } from "../serve.ts";

// The bare server: reads the request, answers a body it already has.
serve(
  createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": PLAIN_REPLY.length });
      response.end(PLAIN_REPLY);
    });
  }),
);
