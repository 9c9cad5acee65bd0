import { expect, it } from "vitest";
import { BOUNDS } from "#lib/gateway/bounds";
import { createTurns, type Turns } from "./turns.ts";

const { turnBytesMax, turnBytesMin } = BOUNDS;

function join(turns: Turns) {
  const seen = { paused: 0, resumed: 0 };
  const turn = turns.join({
    onTurnSpent: () => {
      seen.paused++;
    },
    onTurnBegun: () => {
      seen.resumed++;
    },
  });
  return { seen, spend: (bytes: number) => turn.spend(bytes), isWaiting: () => turn.isWaiting() };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

it("one who alone has done enough for a turn waits for the next, once", async () => {
  const one = join(createTurns());
  one.spend(turnBytesMax - 1);
  expect(one.seen).toEqual({ paused: 0, resumed: 0 });
  one.spend(1);
  one.spend(1);
  expect(one.seen).toEqual({ paused: 1, resumed: 0 });
  expect(one.isWaiting()).toBe(true);
  await nextTurn();
  expect(one.seen).toEqual({ paused: 1, resumed: 1 });
  expect(one.isWaiting()).toBe(false);
});

it("when the turn is over for all, everybody else still does a little", async () => {
  const turns = createTurns();
  const [first, second] = [join(turns), join(turns)];
  first.spend(turnBytesMax);
  second.spend(turnBytesMin - 1);
  expect(second.isWaiting()).toBe(false);
  second.spend(1);
  expect(second.isWaiting()).toBe(true);
  await nextTurn();
  expect([first.seen.resumed, second.seen.resumed]).toEqual([1, 1]);
});

it("who goes on in a new turn may be paused again in it", async () => {
  const turns = createTurns();
  const one = join(turns);
  for (let turn = 1; turn <= 3; turn++) {
    one.spend(turnBytesMax);
    expect(one.seen.paused).toBe(turn);
    await nextTurn();
    expect(one.seen.resumed).toBe(turn);
  }
});

it("of many who wait, as many go on in each turn as fit into it, in their order", async () => {
  const turns = createTurns();
  const resumed: number[] = [];
  const eager = Array.from({ length: 4 }, (_, at) => {
    const turn = turns.join({
      onTurnSpent: () => undefined,
      onTurnBegun: () => {
        resumed.push(at);
        // A whole turn's worth each.
        turn.spend(turnBytesMax);
      },
    });
    return turn;
  });
  for (const turn of eager) turn.spend(turnBytesMax);
  const seen: number[][] = [];
  for (let turn = 0; turn < 5; turn++) {
    await nextTurn();
    seen.push(resumed.splice(0));
  }
  expect(seen).toEqual([[0], [1], [2], [3], [0]]);
});

it("those who go on in the same turn and read later have equal parts of it", async () => {
  const turns = createTurns();
  const all = Array.from({ length: 6 }, () => join(turns));
  for (const one of all) one.spend(turnBytesMax);
  await nextTurn();
  const goingOn = turnBytesMax / turnBytesMin;
  expect(all.map(({ seen }) => seen.resumed)).toEqual(all.map((_, at) => (at < goingOn ? 1 : 0)));
  for (const one of all.slice(0, goingOn)) {
    one.spend(turnBytesMin - 1);
    expect(one.isWaiting()).toBe(false);
    one.spend(1);
    expect(one.isWaiting()).toBe(true);
  }
});
