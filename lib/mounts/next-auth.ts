import NextAuth, { type NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";
import { toAppError } from "#lib/base/errors";
import { refusalText } from "#lib/base/sign-in-refusal";
import { followLink } from "#lib/features/account/follow-link";
import { SESSION_LIFETIME_MS } from "#lib/features/account/sessions";
import { signIn } from "#lib/features/account/sign-in";
import { signOut } from "#lib/features/account/sign-out";
import { databaseRefusal } from "./database-refusal.ts";
import { accountDeps, openPortal } from "./portal-context.ts";
import { currentSession, forgetSession, openUserContext } from "./session.ts";
import { openVisitorContext, readSignUpProof } from "./visitor.ts";

declare module "next-auth" {
  interface User {
    sessionId: string;
  }
  interface Session {
    isAlive: boolean;
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    /** The row in `session` that decides whether the token counts. */
    sid?: string;
  }
}

/** Answers next-auth's routes. Its settings are read per request, because a build has none. */
export const nextAuthHandler = async (request: Request, context: { params: Promise<{ nextauth: string[] }> }) => {
  // By this route browsers report their own failures, a lost connection for one: anybody could fill our log with it.
  if ((await context.params).nextauth[0] === "_log") return new Response(null, { status: 204 });
  const { config } = openPortal();
  return NextAuth(optionsOf(config.AUTH_SECRET, config.PUBLIC_URL))(request, context);
};

const optionsOf = (secret: string, publicUrl: string): NextAuthOptions => ({
  secret,
  useSecureCookies: publicUrl.startsWith("https:"),
  session: { strategy: "jwt", maxAge: SESSION_LIFETIME_MS / 1_000 },
  pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
  providers: [passwordProvider, mailLinkProvider],
  callbacks: {
    jwt: ({ token, user }) => (user ? { sub: user.id, sid: user.sessionId } : token),
    session: async ({ session }) => ({ expires: session.expires, isAlive: (await currentSession()) !== undefined }),
  },
  events: { signOut: endSession },
  logger: {
    error: (code) => openPortal().log.error("next-auth failed", { code }),
    warn: () => undefined,
    debug: () => undefined,
  },
});

const passwordProvider = CredentialsProvider({
  id: "password",
  credentials: { email: {}, password: {} },
  authorize: (given) =>
    refusing(async () => {
      const input = { email: given?.email ?? "", password: given?.password ?? "" };
      return signIn(await openVisitorContext(), input, accountDeps());
    }),
});

const mailLinkProvider = CredentialsProvider({
  id: "mail-link",
  credentials: { token: {} },
  authorize: (given) =>
    refusing(async () => {
      const deps = { ...accountDeps(), signUpProof: await readSignUpProof() };
      return followLink(await openVisitorContext(), { token: given?.token ?? "" }, deps);
    }),
});

type Outcome =
  | { readonly kind: "signed-in"; readonly userId: string; readonly sessionId: string }
  | { readonly kind: string; readonly retryAfterS?: number };

/** next-auth tells the page why it refused by the message of an error; ours is a code that the page translates, and the seconds to wait. */
async function refusing(attempt: () => Promise<Outcome>) {
  const outcome = await attempt().catch((thrown: unknown) => {
    if (thrown instanceof z.ZodError) return { kind: "invalid-credentials" };
    const error = databaseRefusal(thrown) ?? toAppError(thrown);
    if (error.code === "internal") openPortal().log.error("sign-in failed", { error });
    return { kind: error.code, retryAfterS: error.retryAfterS };
  });
  if ("sessionId" in outcome) return { id: outcome.userId, sessionId: outcome.sessionId };
  const retryAfterS = "retryAfterS" in outcome ? outcome.retryAfterS : undefined;
  throw new Error(refusalText({ code: outcome.kind, retryAfterS }));
}

async function endSession() {
  const session = await currentSession();
  if (!session) return;
  await signOut(await openUserContext());
  forgetSession(session.id);
}
