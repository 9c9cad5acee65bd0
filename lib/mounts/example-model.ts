import { findVersion } from "#lib/features/config/read-config";
import { openPortal } from "./portal-context.ts";

/** Gives the id of a model that answers here, for the code that a newcomer pastes: one that chats, and a real one first. */
export async function exampleModel(): Promise<string | null> {
  const version = await findVersion(openPortal().db, "active");
  if (!version) return null;
  const { providers, models } = version.document;
  const sandboxes = new Set(providers.filter(({ kind }) => kind === "sandbox").map(({ id }) => id));
  const chatting = models.filter(({ capabilities }) => !capabilities?.includes("embeddings"));
  const real = chatting.find(({ deployments }) => deployments.some(({ provider }) => !sandboxes.has(provider)));
  return (real ?? chatting[0])?.id ?? null;
}
