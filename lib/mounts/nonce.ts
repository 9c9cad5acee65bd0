import { headers } from "next/headers";
import { NONCE_HEADER } from "./content-security.ts";

/** Gives the nonce that this request's scripts and styles must carry. */
export const readNonce = async () => (await headers()).get(NONCE_HEADER) ?? undefined;
