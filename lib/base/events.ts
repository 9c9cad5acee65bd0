/** What processes tell each other through PostgreSQL NOTIFY; the payload is the id of the thing that changed. */
export const CHANNELS = {
  configActivated: "switchyard_config",
  keyChanged: "switchyard_key",
  ledgerChanged: "switchyard_ledger",
  sessionChanged: "switchyard_session",
} as const;

export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
