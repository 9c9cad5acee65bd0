import type { Rejection } from "#lib/base/request-record";
import type { Credential, Deployment, Model } from "./table.ts";

export type PlannedAttempt = {
  readonly deployment: Deployment;
  readonly credential: Credential;
  /** The address the operation is asked at. */
  readonly url: string;
};

/** A finite, ordered list of attempts, made before anything is sent, and why the other candidates are not in it. */
export type Plan = {
  readonly model: Model;
  readonly attempts: readonly PlannedAttempt[];
  readonly rejected: readonly Rejection[];
};
