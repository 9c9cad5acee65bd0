/** What processes tell each other through PostgreSQL NOTIFY; the payload is the id of the thing that changed. */
export const CHANNELS = {
  configActivated: "switchyard_config",
  keyChanged: "switchyard_key",
  ledgerChanged: "switchyard_ledger",
  /** What an organisation or one of its projects may use. */
  organizationChanged: "switchyard_organization",
  /** The id of the user: signed out somewhere, or disabled. */
  sessionChanged: "switchyard_session",
  signingKeyChanged: "switchyard_signing_key",
} as const;

export type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];
