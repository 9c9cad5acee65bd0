import createNextIntlPlugin from "next-intl/plugin";

/** The content security policy carries a nonce per request, so middleware.ts sets it. */
const SECURITY_HEADERS = [
  { key: "x-content-type-options", value: "nosniff" },
  { key: "x-frame-options", value: "DENY" },
  { key: "referrer-policy", value: "same-origin" },
  { key: "permissions-policy", value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
];

/** @type {import("next").NextConfig} */
const config = {
  agentRules: false,
  devIndicators: false,
  // The arguments of an action may be a password.
  logging: { serverFunctions: false },
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` checks the types of everything; a build on somebody's machine need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["@node-rs/argon2", "@prisma/adapter-pg", "@prisma/client", "nodemailer", "pg", "pg-boss"],
  headers: async () => [{ source: "/:path*", headers: SECURITY_HEADERS }],
};

export default createNextIntlPlugin("./app/i18n-request.ts")(config);
