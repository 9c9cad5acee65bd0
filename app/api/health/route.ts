/** The portal answers: what it stands on is the business of the other roles. */
export const GET = () => Response.json({ status: "ok" });
export const dynamic = "force-dynamic";
