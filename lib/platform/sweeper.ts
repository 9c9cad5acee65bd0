export type Sweeper = {
  /** Starts it where it stands still; costs nothing where it runs. */
  readonly wake: () => void;
  readonly close: () => void;
};

/**
 * Makes a timer that looks after something only while there is something: from its waking on it calls `sweep` every `ms`,
 * until `sweep` says that nothing is left. A timer that runs for nobody wakes an idle process and its processor each time,
 * for some hundred microseconds of CPU. Keeps no process alive.
 */
export function createSweeper(ms: number, sweep: () => boolean): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    wake() {
      timer ??= setInterval(() => {
        if (!sweep()) close();
      }, ms).unref();
    },
    close,
  };
}
