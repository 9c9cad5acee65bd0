import type { Worker } from "node:cluster";
import { z } from "zod";

/** How node:cluster hands a connection to a worker, and how the worker says whether it took it. */
const handedOver = z.object({ cmd: z.literal("NODE_CLUSTER"), act: z.literal("newconn"), seq: z.number() });
const answered = z.object({ ack: z.number() });

/**
 * Gives the connection that was on its way to a worker when that died to another, or closes it when there is none.
 * Node waits for the worker's word on it, which a dead one never gives: the caller would wait for ever. A worker reads
 * nothing of a connection before that word and gets the next one only after it, so it is one at most, and untouched.
 */
export function returnLostConnection(worker: Worker, hasOthers: () => boolean): void {
  let underWay: { readonly seq: number; readonly connection: unknown } | undefined;
  worker.process.send = new Proxy(worker.process.send, {
    apply(send, self, args: readonly unknown[]) {
      const { data } = handedOver.safeParse(args[0]);
      if (data) underWay = { seq: data.seq, connection: args[1] };
      return Reflect.apply(send, self, args);
    },
  });
  worker.process.on("internalMessage", (message: unknown) => {
    if (answered.safeParse(message).data?.ack === underWay?.seq) underWay = undefined;
  });
  const giveBack = () => {
    // Its channel ends a moment after the process. What it has said has been read by then.
    if (worker.isConnected()) return void setImmediate(giveBack);
    if (underWay === undefined) return;
    const { seq, connection } = underWay;
    // With a handle under way Node never says so, and would go on handing connections to the dead worker.
    worker.process.emit("disconnect");
    if (hasOthers()) worker.process.emit("internalMessage", { cmd: "NODE_CLUSTER", ack: seq, accepted: false });
    else if (isClosable(connection)) connection.close();
  };
  worker.once("exit", giveBack);
}

const isClosable = (value: unknown): value is { readonly close: () => void } =>
  typeof value === "object" && value !== null && "close" in value && typeof value.close === "function";
