import { describe, expect, it } from "vitest";
import type { ReplyEvent } from "../reply.ts";
import { createStopper } from "./stop-sequences.ts";

const OPENING: ReplyEvent = { kind: "part-start", choice: 0, part: 0, of: { kind: "text" } };

/** Streams pieces past a stopper: what the caller has read after each, and how the answer ended. */
function streamed(pieces: readonly string[], stops: readonly string[]) {
  const stop = createStopper(stops);
  const said: string[] = [];
  let text = "";
  let stoppedBy: string | undefined;
  for (const event of [
    OPENING,
    ...pieces.map((piece): ReplyEvent => ({ kind: "delta", choice: 0, part: 0, text: piece })),
  ]) {
    for (const passed of stop(event)) {
      if (passed.kind === "delta") text += passed.text;
      if (passed.kind === "finish" && passed.finish.kind === "stop-sequence") stoppedBy = passed.finish.stopSequence;
    }
    said.push(text);
  }
  return { said: said.slice(1), stoppedBy };
}

describe("a stop sequence that we watch for", () => {
  it("holds back only what may begin it", () => {
    expect(streamed(["abEN", "x", "EN", "D!"], ["END", "ENDE"]).said).toEqual(["ab", "abENx", "abENx", "abENx"]);
  });

  it("holds back the longest of several beginnings", () => {
    expect(streamed(["xaab"], ["abc", "aabc", "b!"]).said).toEqual(["x"]);
    expect(streamed(["xaa"], ["aaa", "ab"]).said).toEqual(["x"]);
  });

  it("stops at the earliest, across pieces, and says which", () => {
    expect(streamed(["one tw", "o three", "four"], ["three", "two"])).toEqual({
      said: ["one ", "one ", "one "],
      stoppedBy: "two",
    });
  });
});
