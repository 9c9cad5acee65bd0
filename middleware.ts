import type { NextFetchEvent, NextRequest } from "next/server";
import { withAuth } from "next-auth/middleware";
import { withContentSecurity } from "#lib/mounts/content-security";
import { portalConfig, sessionCookieName } from "#lib/mounts/portal-config";

/** Spares a signed-out visitor the way to a page that would turn them away. Whoever is let in, every verb checks again. */
export default function middleware(request: NextRequest, event: NextFetchEvent) {
  if (!/^\/o(\/|$)/.test(request.nextUrl.pathname)) return withContentSecurity(request);
  const guarded = withAuth(withContentSecurity, {
    secret: portalConfig().AUTH_SECRET,
    pages: { signIn: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName() } },
  });
  return guarded(Object.assign(request, { nextauth: { token: null } }), event);
}

export const config = {
  runtime: "nodejs",
  matcher: ["/((?!api/|v1/|v1beta/|_next/static|_next/image|favicon.ico|icon.svg).*)"],
};
