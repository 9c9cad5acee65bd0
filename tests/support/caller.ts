import { Agent, type IncomingMessage, request } from "node:http";

export type Answered = { readonly status: number; readonly text: string; readonly headers: IncomingMessage["headers"] };

export type Fault = {
  readonly message: string;
  /** The caller's end of the connection on which it happened; 0 if there was none. */
  readonly localPort: number;
};

export type Caller = {
  /** One chat on this caller's connection, read to its end. Rejects with a Fault. */
  readonly chat: (options?: { readonly isStream?: boolean }) => Promise<Answered>;
  readonly close: () => void;
};

/** A client with one connection, kept alive from call to call and opened anew when it was closed. */
export function createCaller(url: string, key: string, model = "model"): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (isStream: boolean, mayRepeat: boolean): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const call = request(`${url}/v1/chat/completions`, {
        agent,
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      });
      let localPort = 0;
      call.once("socket", (socket) => {
        const note = () => {
          localPort = socket.localPort ?? 0;
        };
        if (socket.connecting) socket.once("connect", note);
        else note();
      });
      // A server may close a kept connection while a call is on its way: RFC 9112, 9.3.1 has clients send it again.
      const fail = (error: Error) => {
        if (mayRepeat && call.reusedSocket && isReset(error)) send(isStream, false).then(resolve, reject);
        else reject({ message: error.message, localPort } satisfies Fault);
      };
      call.once("error", fail);
      call.once("response", (answer) => {
        call.removeListener("error", fail);
        const lose = (error: Error) => reject({ message: error.message, localPort } satisfies Fault);
        call.on("error", lose);
        answer.on("error", lose);
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
      });
      call.end(JSON.stringify({ model, stream: isStream, messages: [{ role: "user", content: "hi" }] }));
    });
  return { chat: ({ isStream = false } = {}) => send(isStream, true), close: () => agent.destroy() };
}

const isReset = (error: Error) => "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
