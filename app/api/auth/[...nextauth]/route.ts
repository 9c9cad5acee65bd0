import { nextAuthHandler } from "#lib/mounts/next-auth";

export const GET = nextAuthHandler;
export const POST = nextAuthHandler;
