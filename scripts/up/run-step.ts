import { rotateLog, tailOf } from "./log-file.ts";
import { type LoggedCommand, spawnLogged } from "./spawn-logged.ts";
import { StartError } from "./types.ts";

const GRACE_MS = 5_000;

export type Step = LoggedCommand & { readonly what: string; readonly stop: AbortSignal };

/** Runs a program to its end, its output into a log. Throws a StartError with the last lines when it fails. */
export async function runStep(step: Step) {
  step.stop.throwIfAborted();
  rotateLog(step.logFile);
  const outcome = await finish(step);
  step.stop.throwIfAborted();
  if (outcome === 0) return;
  throw new StartError(
    `${step.what} failed (${outcome}):\n\n${tailOf(step.logFile)}\n\nAll of its output: ${step.logFile}`,
  );
}

function finish(step: Step) {
  const child = spawnLogged(step);
  const signalGroup = (signal: NodeJS.Signals) => child.pid !== undefined && process.kill(-child.pid, signal);
  let late: NodeJS.Timeout | undefined;
  const cancel = () => {
    signalGroup("SIGTERM");
    late = setTimeout(() => signalGroup("SIGKILL"), GRACE_MS);
  };
  step.stop.addEventListener("abort", cancel, { once: true });
  return new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
  }).finally(() => {
    clearTimeout(late);
    step.stop.removeEventListener("abort", cancel);
  });
}
