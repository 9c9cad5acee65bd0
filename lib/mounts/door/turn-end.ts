/**
 * Makes a list of things to do when the turn of the event loop ends. What is written to callers waits for it: each write
 * wakes its reader, which on another processor costs more than the write, but one that is awake already costs nothing.
 */
export function createTurnEnd(): (work: () => void) => void {
  let waiting: (() => void)[] = [];
  const end = () => {
    const all = waiting;
    waiting = [];
    for (const work of all) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(end);
  };
}
