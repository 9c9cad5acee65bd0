import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import { nextTurn } from "../next-turn.ts";
import { parsedBody } from "../parsed-body.ts";
import type { Caller } from "../ports.ts";
import { conversationOf } from "../routing/conversation-of.ts";
import type { Model } from "../routing/table.ts";
import { isTranslatedFor } from "../routing/wire.ts";

type Asked = { readonly call: Call; readonly model: Model; readonly caller: Caller };

/**
 * Reads a large body that is going to be translated, each step of it in a turn of the event loop of its own: together they
 * would keep all other callers waiting. Refuses as `route` would, which finds everything read.
 */
export async function readAhead({ call, model, caller }: Asked): Promise<void> {
  if (call.bytes.length <= BOUNDS.turnBytesMax) return;
  await nextTurn();
  if (caller.isTest || !model.deployments.some((deployment) => isRead(deployment, call))) return;
  parsedBody(call);
  await nextTurn();
  conversationOf(call);
  await nextTurn();
}

const isRead = (deployment: Model["deployments"][number], call: Call) =>
  deployment.credentials.length > 0 && isTranslatedFor(deployment, call);
