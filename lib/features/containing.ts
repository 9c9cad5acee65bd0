/** Finds texts that hold what was searched for, as it stands: PostgreSQL would take some of its characters for any other. */
export const containing = (search = "") =>
  ({ contains: search.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" }) as const;
