import { startServer } from "./serve.ts";

/** A process under load. */
export type Target = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly apiKey: string;
  /** Waits until it has nothing left to do for what it was sent. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts a fresh process of the target. */
export type OpenTarget = () => Promise<Target>;

/** A bare baseline before the upstream. It answers when it is done, so there is nothing to settle. */
export const baselineTarget =
  (name: "proxy" | "pipe", upstreamUrl: string): OpenTarget =>
  async () => ({
    ...(await startServer(`./baselines/${name}.ts`, [upstreamUrl])),
    name,
    apiKey: "sk-bench",
    settle: async () => undefined,
  });
