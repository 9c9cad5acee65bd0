"use client";

import { getSession } from "next-auth/react";
import { useEffect } from "react";

/** Renews the token once per visit, so that somebody who comes back now and then is never signed out. */
export function KeepSession() {
  useEffect(() => {
    void getSession();
  }, []);
  return null;
}
