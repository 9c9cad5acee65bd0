/**
 * How `up` talks: one line per finished step with the seconds it took, and a line before steps that take long.
 * @typedef {{ line: (text: string) => void, timed: <T>(label: string, work: () => Promise<T>, before?: string) => Promise<T> }} Say
 * @type {Say}
 */
export const say = {
  line: (text) => void process.stdout.write(`${text}\n`),
  timed: async (label, work, before) => {
    if (before !== undefined) say.line(`  ${before}`);
    const sinceMs = performance.now();
    const result = await work();
    say.line(`  ${label} (${seconds(performance.now() - sinceMs)})`);
    return result;
  },
};

/**
 * Seconds since a moment of the wall clock, for the closing line.
 * @param {number} epochMs
 */
export const since = (epochMs) => seconds(Date.now() - epochMs);

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
