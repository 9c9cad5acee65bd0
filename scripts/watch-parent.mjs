// Preloaded (`node --import`) into every process `up` starts: it ends itself when its parent is gone, in whatever
// way the parent died. SIGTERM lets it drain; what has not ended by then is killed.
const POLL_MS = 500;
const AFTER_DRAIN_MS = 5_000;

const expected = Number(process.env.SWITCHYARD_PARENT_PID ?? process.ppid);
// Processes this one forks have another parent.
delete process.env.SWITCHYARD_PARENT_PID;

let isStopping = false;
process.on("newListener", noteStop);

const watch = setInterval(() => {
  if (process.ppid === expected) return;
  clearInterval(watch);
  const late = Number(process.env.DRAIN_MS || 30_000) + AFTER_DRAIN_MS;
  setTimeout(() => process.kill(process.pid, "SIGKILL"), late).unref();
  if (!isStopping) process.kill(process.pid, "SIGTERM");
}, POLL_MS);
watch.unref();

/**
 * A second SIGTERM would mean "at once" to a process that is draining. A listener of ours is added only beside the
 * program's own: alone it would keep SIGTERM from ending a program that has none yet.
 * @param {string | symbol} name
 */
function noteStop(name) {
  if (name !== "SIGTERM") return;
  process.removeListener("newListener", noteStop);
  process.on("SIGTERM", () => {
    isStopping = true;
  });
}
