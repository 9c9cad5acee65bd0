import fc from "fast-check";
import { expect, test } from "vitest";
import { collectReply } from "#tests/support/collect-reply";
import { eventsOf, replies } from "#tests/support/conversations";
import { CODECS } from "../dialects/registry.ts";
import type { Reply } from "../reply.ts";
import { heldToOneCall } from "./single-call.ts";

const context = { requestId: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", createdAtS: 1 };

/** A codec whose upstream says one reply, whole and streamed. */
const saying = (reply: Reply) => ({
  ...CODECS.gemini,
  decodeReply: () => reply,
  createStreamDecoder: () => ({ push: () => eventsOf(reply), end: () => [] }),
});

const callsIn = ({ choices }: Reply) =>
  choices.flatMap(({ parts }) => parts.filter(({ kind }) => kind === "tool-call"));

test("a caller who wants no two calls at once gets the first one, and everything else that was said", () => {
  fc.assert(
    fc.property(replies, (reply) => {
      const codec = heldToOneCall(saying(reply), { allowsParallelTools: false });
      const whole = codec.decodeReply({}, context);
      expect(callsIn(whole)).toEqual(callsIn(reply).slice(0, 1));
      expect(whole.choices[0]?.finish).toEqual(reply.choices[0]?.finish);
      expect(whole.choices[0]?.parts).toEqual(
        reply.choices[0]?.parts.filter((part) => part.kind !== "tool-call" || part === callsIn(reply)[0]),
      );
      expect(collectReply(codec.createStreamDecoder(context).push({ data: {} }))).toMatchObject({
        isWhole: true,
        choices: whole.choices,
      });
    }),
  );
});

test("the places of parts behind a call that is left out stay without a gap", () => {
  const call = (id: string) => ({ kind: "tool-call", id, name: "f", input: "{}" }) as const;
  const parts = [call("a"), call("b"), { kind: "text", text: "said" }, call("c")] as const;
  const reply: Reply = { id: "r", model: "m", choices: [{ index: 0, parts, finish: { kind: "tool-calls" } }] };
  const decoder = heldToOneCall(saying(reply), { allowsParallelTools: false }).createStreamDecoder(context);
  expect(collectReply(decoder.push({ data: {} })).choices[0]?.parts).toEqual([
    call("a"),
    { kind: "text", text: "said" },
  ]);
});

test("whoever says nothing of it gets every call", () => {
  expect(heldToOneCall(CODECS.gemini, {})).toBe(CODECS.gemini);
  expect(heldToOneCall(CODECS.gemini, { allowsParallelTools: true })).toBe(CODECS.gemini);
});
