import { encode } from "next-auth/jwt";
import { newId } from "#lib/base/ids";
import { followLink } from "#lib/features/account/follow-link";
import { resetPassword } from "#lib/features/account/reset-password";
import { sendResetLink, sendSignInLink } from "#lib/features/account/send-link";
import { signIn } from "#lib/features/account/sign-in";
import { signUp } from "#lib/features/account/sign-up";
import { createThrottle } from "#lib/features/account/throttle";
import { createKey } from "#lib/features/keys/create-key";
import { issueToken } from "#lib/features/tokens/issue-token";
import { enqueueMail } from "#lib/jobs/enqueue-mail";
import type { Tx } from "#lib/platform/db";
import type { Mail } from "#lib/platform/mail";
import { visitorOf } from "./account.ts";
import type { CanaryStage } from "./canary-stage.ts";

/** What somebody holds who has signed up and in. */
export type Holder = { readonly cookie: string; readonly key: string; readonly accessToken: string };

/** Does all that a person does at the portal, right and wrong, by its own verbs; every secret of it is marked. */
export async function liveAtThePortal({ db, marked, environment }: CanaryStage): Promise<Holder> {
  const authSecret = environment.AUTH_SECRET ?? "";
  const publicUrl = environment.PUBLIC_URL ?? "";
  const tokens: string[] = [];
  const deps = {
    publicUrl,
    authSecret,
    throttle: createThrottle(),
    enqueueMail: async (tx: Tx, mail: Mail) => {
      const token = /#(\S+)/.exec(mail.text)?.[1];
      if (token !== undefined) tokens.push(marked(`link ${tokens.length} sent by mail`, token));
      await enqueueMail(tx, mail, environment.SECRETS_KEY ?? "");
    },
  };
  const visitor = visitorOf(db);
  const email = `${newId()}@example.com`;
  const password = marked("password");
  const { proof } = await signUp(visitor, { name: "Ada", email, password }, deps);
  marked("proof of who signed up", proof);
  await signUp(visitor, { name: "Ada", email, password: marked("password of a second sign-up") }, deps);
  await signIn(visitor, { email, password }, deps);
  await followLink(visitor, { token: tokens.at(-1) ?? "" }, { ...deps, signUpProof: proof });
  await followLink(visitor, { token: marked("link that nobody sent") }, { ...deps, signUpProof: undefined });
  await signIn(visitor, { email, password: marked("wrong password") }, deps);
  await sendSignInLink(visitor, { email }, deps);
  await sendResetLink(visitor, { email }, deps);
  const changed = marked("new password");
  await resetPassword(visitor, { token: tokens.at(-1) ?? "", password: changed }, deps);
  const session = await signIn(visitor, { email, password: changed }, deps);
  if (session.kind !== "signed-in") throw new Error(`signing in: ${session.kind}`);
  const { userId, sessionId } = session;
  const member = await db.membership.findFirstOrThrow({ where: { userId } });
  const actor = { kind: "user", id: userId } as const;
  const ctx = { ...visitor, actor, orgRole: "owner", orgId: member.orgId, sessionId } as const;
  const key = await createKey(ctx, { name: "k" }, { keyPepper: environment.KEY_PEPPER ?? "" });
  const issueDeps = { publicUrl, secretsKey: environment.SECRETS_KEY ?? "", throttle: { take: () => undefined } };
  const { accessToken } = await issueToken(ctx, {}, issueDeps);
  marked("signature of an access token", accessToken.split(".")[2]);
  return {
    cookie: marked("session cookie", await encode({ token: { sid: sessionId }, secret: authSecret })),
    key: marked("key of a member", key.secret),
    accessToken: marked("access token", accessToken),
  };
}
