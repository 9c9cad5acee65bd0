export type Environment = Readonly<Record<string, string | undefined>>;

export type Say = {
  readonly line: (text: string) => void;
  readonly timed: <T>(label: string, work: () => Promise<T>, before?: string) => Promise<T>;
};

/** The command line of `up`, as `flags.mjs` reads it. */
export type UpOptions = {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly configFile?: string;
  readonly jsonFile?: string;
  readonly portal: boolean;
  /** Roles start again when their sources change, and the portal compiles as it goes. */
  readonly dev: boolean;
};

export type Surroundings = {
  readonly root: string;
  readonly environment: Environment;
  readonly drainMs: number;
  readonly say: Say;
  readonly sinceStart: () => string;
  readonly stop: AbortSignal;
  readonly hurry: AbortSignal;
};

export type RoleName = "gateway" | "portal" | "worker";
export type Pids = Readonly<Record<RoleName | "postgres", number | null>>;

/** A condition the user can do something about: printed without a stack. */
export class StartError extends Error {}
