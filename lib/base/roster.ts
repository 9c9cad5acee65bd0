/** One member's place; given back to leave. */
export type Seat<T> = { readonly member: T; at: number };

/**
 * Who is there now, for much coming and going. A Set would do, but each time it cleans itself it leaves its old table
 * behind, which points to the new one: while the old one waits for a full collection, whatever was ever in it stays alive.
 */
export type Roster<T> = {
  readonly join: (member: T) => Seat<T>;
  /** A second time changes nothing. */
  readonly leave: (seat: Seat<T>) => void;
  /** Members may leave while they are visited; who joins meanwhile is not visited. */
  readonly visit: (call: (member: T) => void) => void;
  readonly size: () => number;
};

const GONE = -1;

/** Makes an empty roster. Joining and leaving cost the same however many are there; the order is nobody's business. */
export function createRoster<T>(): Roster<T> {
  const seats: Seat<T>[] = [];
  return {
    join(member) {
      const seat = { member, at: seats.length };
      seats.push(seat);
      return seat;
    },
    leave(seat) {
      if (seat.at === GONE) return;
      const last = seats.pop();
      if (last !== undefined && last !== seat) {
        seats[seat.at] = last;
        last.at = seat.at;
      }
      seat.at = GONE;
    },
    visit(call) {
      for (let at = seats.length - 1; at >= 0; at--) {
        const seat = seats[at];
        if (seat) call(seat.member);
      }
    },
    size: () => seats.length,
  };
}
