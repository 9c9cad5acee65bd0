/** Counts the turns of the event loop that others get while something runs. */
export async function countTurns(run: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let counting = setImmediate(function count() {
    turns++;
    counting = setImmediate(count);
  });
  try {
    await run();
  } finally {
    clearImmediate(counting);
  }
  return turns;
}
