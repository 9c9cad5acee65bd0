import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { openMailer } from "./mail.ts";

const mail = {
  to: "ada@example.com",
  subject: "Your sign-in link 登录",
  text: "https://x/#secret",
  html: "<p>secret</p>",
};
const from = "Switchyard <no-reply@example.com>";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

describe("without a mail server", () => {
  const openOutbox = () => {
    const dataDir = mkdtempSync(join(tmpdir(), "switchyard-mail-"));
    cleanups.push(() => rmSync(dataDir, { recursive: true }));
    return { mailer: openMailer({ smtpUrl: undefined, from, dataDir }), folder: join(dataDir, "outbox") };
  };

  test("a mail becomes one file that only its owner can read, however often it is sent", async () => {
    const { mailer, folder } = openOutbox();
    const id = newId();
    await mailer.send(mail, id);
    await mailer.send(mail, id);
    expect(readdirSync(folder)).toEqual([`${id}.json`]);
    expect(JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"))).toMatchObject({ id, from, ...mail });
    expect(statSync(join(folder, `${id}.json`)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test("the outbox keeps the newest two hundred", async () => {
    const { mailer, folder } = openOutbox();
    const ids = Array.from({ length: 203 }, (_, index) => newId(1_700_000_000_000 + index));
    for (const id of ids) await mailer.send(mail, id);
    expect(readdirSync(folder).sort()).toEqual(ids.slice(3).map((id) => `${id}.json`));
  });
});

describe("with a mail server", () => {
  test("a mail is handed over with a message id that stays the same", async () => {
    const server = await startMailServer(["250 accepted", "250 accepted"]);
    const mailer = openMailer({ smtpUrl: server.url, from, dataDir: "/nowhere" });
    cleanups.push(() => mailer.close());
    const id = newId();
    await mailer.send(mail, id);
    await mailer.send(mail, id);
    expect(server.received).toHaveLength(2);
    for (const message of server.received) {
      expect(message).toContain(`Message-ID: <${id}@switchyard>`);
      expect(message).toContain("From: Switchyard <no-reply@example.com>");
      expect(message).toContain("To: ada@example.com");
    }
  });

  test("a refusal of the server is an error, so that the job is tried again", async () => {
    const server = await startMailServer(["451 try later"]);
    const mailer = openMailer({ smtpUrl: server.url, from, dataDir: "/nowhere" });
    cleanups.push(() => mailer.close());
    await expect(mailer.send(mail, newId())).rejects.toThrow("451");
  });
});

/** Speaks as much SMTP as a client needs; answers each message's end with the next of the given lines. */
async function startMailServer(answers: string[]) {
  const received: string[] = [];
  const serve = (socket: Socket) => {
    const message: string[] = [];
    let isMessage = false;
    const endOf = () => {
      received.push(message.splice(0).join("\n"));
      isMessage = false;
      socket.write(`${answers.shift()}\r\n`);
    };
    const command = (line: string) => {
      isMessage = line === "DATA";
      socket.write(isMessage ? "354 go on\r\n" : "250 ok\r\n");
    };
    socket.on("error", () => undefined);
    socket.write("220 test\r\n");
    createInterface({ input: socket }).on("line", (line) => {
      if (!isMessage) command(line);
      else if (line === ".") endOf();
      else message.push(line);
    });
  };
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `smtp://127.0.0.1:${port}`, received };
}
