/** The columns of a user that may be shown; the password's hash is never read. */
export const USER_SHOWN = {
  id: true,
  email: true,
  name: true,
  locale: true,
  platformRole: true,
  emailVerifiedAt: true,
  disabledAt: true,
  createdAt: true,
} as const;

type Row = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly locale: string;
  readonly platformRole: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
};

/** Gives a user as lists and answers show it, times in ISO 8601. */
export const shownUser = (row: Row) => ({
  ...row,
  emailVerifiedAt: row.emailVerifiedAt?.toISOString() ?? null,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

export type ShownUser = ReturnType<typeof shownUser>;
