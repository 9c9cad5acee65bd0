import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ResponseToStore, Tenant } from "#lib/gateway/ports";
import { createResponseQueue, type ResponseQueue } from "./response-queue.ts";

const OURS: Tenant = { orgId: "ours", projectId: null, isTest: false };
const THEIRS: Tenant = { orgId: "theirs", projectId: null, isTest: false };

const responseOf = (responseId: string, given: Partial<ResponseToStore> = {}): ResponseToStore => ({
  tenant: OURS,
  responseId,
  requestId: `request-of-${responseId}`,
  keyId: null,
  model: "model",
  turns: 1,
  createdAtMs: 0,
  outputIds: [`msg_${responseId}`],
  input: Buffer.from("[]"),
  response: Buffer.from(`{"id":"${responseId}"}`),
  ...given,
});

let written: string[][];
let logged: string[];
let queue: ResponseQueue;
let write: (batch: readonly ResponseToStore[]) => Promise<void>;

const note = async (batch: readonly ResponseToStore[]) => void written.push(batch.map(({ responseId }) => responseId));
const open = (timing = { retryMs: 5, waitMsMax: 60_000 }) => {
  const log = { error: (text: string) => logged.push(text), warn: (text: string) => logged.push(text) };
  queue = createResponseQueue({ write: (batch) => write(batch), log, timing });
};

beforeEach(() => {
  written = [];
  logged = [];
  write = note;
  open();
});
afterEach(() => queue.close(0));

describe("a response on its way to the database", () => {
  it("is written behind, not while it is added, together with those that came with it", async () => {
    for (const id of ["a", "b", "c"]) expect(queue.add(responseOf(id))).toBe(true);
    expect(written).toEqual([]);
    await expect.poll(() => written).toEqual([["a", "b", "c"]]);
  });

  it("is found until it is written, by its own tenant only", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    write = () => promise;
    queue.add(responseOf("a"));
    await new Promise(setImmediate);
    expect(queue.find(OURS, "a")?.responseId).toBe("a");
    expect(queue.find(THEIRS, "a")).toBeUndefined();
    expect(queue.withItems(OURS, ["msg_a", "msg_z"])).toHaveLength(1);
    expect(queue.withItems(THEIRS, ["msg_a"])).toEqual([]);
    resolve();
    await expect.poll(() => queue.find(OURS, "a")).toBeUndefined();
  });

  it("that is added while others are being written is written after them", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    write = async (batch) => {
      await note(batch);
      await promise;
    };
    queue.add(responseOf("a"));
    await expect.poll(() => written).toEqual([["a"]]);
    queue.add(responseOf("b"));
    resolve();
    await expect.poll(() => written).toEqual([["a"], ["b"]]);
  });

  it("goes in batches of at most fifty, and of at most two megabytes", async () => {
    for (let at = 0; at < 60; at++) queue.add(responseOf(String(at)));
    await expect.poll(() => written.map(({ length }) => length)).toEqual([50, 10]);
    const input = Buffer.alloc(1_500_000);
    for (const id of ["x", "y"]) queue.add(responseOf(id, { input }));
    await expect.poll(() => written.slice(2)).toEqual([["x"], ["y"]]);
  });

  it("that was removed meanwhile is not written, and one being written is waited for", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    write = async (batch) => {
      await note(batch);
      await promise;
    };
    queue.add(responseOf("a"));
    await expect.poll(() => written).toEqual([["a"]]);
    queue.add(responseOf("b"));
    let isOver = false;
    const removals = Promise.all(["a", "b", "c"].map((id) => queue.remove(OURS, id))).finally(() => {
      isOver = true;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    resolve();
    expect(await removals).toEqual([true, true, false]);
    await new Promise(setImmediate);
    expect(written).toEqual([["a"]]);
  });
});

describe("a database that fails", () => {
  it("is tried again until it takes what is waiting", async () => {
    let failures = 2;
    write = async (batch) => {
      if (failures-- > 0) throw new Error("down");
      await note(batch);
    };
    queue.add(responseOf("a"));
    await expect.poll(() => written).toEqual([["a"]]);
    expect(logged).toEqual(["stored responses could not be written", "stored responses could not be written"]);
  });

  it("is given up on after a while, and what is lost is told", async () => {
    write = () => Promise.reject(new Error("down"));
    open({ retryMs: 5, waitMsMax: 20 });
    queue.add(responseOf("a"));
    await expect.poll(() => logged).toContain("stored responses were lost");
    expect(queue.find(OURS, "a")).toBeUndefined();
  });
});

describe("a full queue", () => {
  it("refuses the thousand-and-first response, and says so", () => {
    for (let at = 0; at < 1_000; at++) expect(queue.add(responseOf(String(at)))).toBe(true);
    expect(queue.add(responseOf("one more"))).toBe(false);
    expect(logged).toEqual(["a response is not stored: too many are waiting"]);
  });

  it("refuses what is over 64 megabytes, and takes more once it is written", async () => {
    const input = Buffer.alloc(30 * 1024 * 1024);
    expect(queue.add(responseOf("a", { input }))).toBe(true);
    expect(queue.add(responseOf("a", { input }))).toBe(true);
    expect(queue.add(responseOf("b", { input }))).toBe(true);
    expect(queue.add(responseOf("c", { input }))).toBe(false);
    await expect.poll(() => written.flat()).toEqual(["a", "b"]);
    await expect.poll(() => queue.add(responseOf("c", { input }))).toBe(true);
  });
});

describe("closing", () => {
  it("waits for what is still to be written", async () => {
    queue.add(responseOf("a"));
    await queue.close(1_000);
    expect(written).toEqual([["a"]]);
    expect(logged).toEqual([]);
  });

  it("ends in time, and tells what was lost", async () => {
    write = () => new Promise(() => undefined);
    queue.add(responseOf("a"));
    await queue.close(20);
    expect(logged).toEqual(["stored responses were lost"]);
  });
});
