import { FromPrimary, type FromWorker } from "./messages.ts";

const ANSWER_MS = 3_000;

export type PrimaryLink = {
  readonly tell: (message: FromWorker) => void;
  /** The metrics of all processes; rejects when the primary does not answer. */
  readonly scrape: () => Promise<string>;
  /** Gives the primary the last figures and waits until it has let go of this process. */
  readonly leave: (text: string) => Promise<void>;
};

type Asked = { readonly render: () => Promise<string>; readonly onStop: () => void };

/** This process's talk with the primary. When that is gone Node ends the process, whatever it is doing. */
export function linkToPrimary({ render, onStop }: Asked): PrimaryLink {
  const asked = new Map<number, (text: string) => void>();
  let lastId = 0;
  let farewell: () => void = () => undefined;
  const tell = (message: FromWorker): void => void process.send?.(message, undefined, undefined, () => undefined);
  const hear = (message: FromPrimary): void => {
    switch (message.kind) {
      case "stop":
        return onStop();
      case "farewell":
        return farewell();
      case "render":
        return void render().then((text) => tell({ kind: "rendered", id: message.id, text }));
      case "scraped":
        return asked.get(message.id)?.(message.text);
    }
  };
  process.on("message", (received) => {
    const { data: message } = FromPrimary.safeParse(received);
    if (message) hear(message);
  });
  return {
    tell,
    scrape: () =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const late = setTimeout(() => {
          asked.delete(id);
          reject(new Error("The primary did not answer in time"));
        }, ANSWER_MS);
        asked.set(id, (text) => {
          clearTimeout(late);
          asked.delete(id);
          resolve(text);
        });
        tell({ kind: "scrape", id });
      }),
    leave: (text) =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, ANSWER_MS);
        farewell = () => {
          clearTimeout(late);
          resolve();
        };
        tell({ kind: "left", text });
      }),
  };
}
