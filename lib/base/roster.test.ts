import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRoster, type Seat } from "./roster.ts";

describe("a roster", () => {
  it("holds exactly who joined and has not left, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat())), (steps) => {
        const roster = createRoster<number>();
        const there = new Map<number, Seat<number>>();
        for (const [step, [joins, which]] of steps.entries()) {
          const [name, seat] = [...there][which % Math.max(1, there.size)] ?? [];
          if (joins || name === undefined || seat === undefined) there.set(step, roster.join(step));
          else {
            roster.leave(seat);
            roster.leave(seat);
            there.delete(name);
          }
        }
        const seen: number[] = [];
        roster.visit((member) => seen.push(member));
        expect(seen.sort((left, right) => left - right)).toEqual([...there.keys()]);
        expect(roster.size()).toBe(there.size);
      }),
    );
  });

  it("lets members leave while they are visited", () => {
    const roster = createRoster<string>();
    const seats = ["a", "b", "c", "d"].map((name) => roster.join(name));
    const seen: string[] = [];
    roster.visit((member) => {
      seen.push(member);
      const seat = seats.find((one) => one.member === member);
      if (seat) roster.leave(seat);
    });
    expect(seen.sort()).toEqual(["a", "b", "c", "d"]);
    expect(roster.size()).toBe(0);
  });
});
