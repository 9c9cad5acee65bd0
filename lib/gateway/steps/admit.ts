import type { AdmittedRequest } from "#lib/base/request-record";
import type { JournalPort } from "../ports.ts";
import type { Admitted } from "../progress.ts";

/** Journals a request before any byte of it goes upstream. Refuses with 503 `journal_full` what cannot be written down. */
export const admit = (admitted: Admitted, journal: JournalPort): void | Promise<void> =>
  journal.admit(admissionOf(admitted));

function admissionOf({ request, caller, call, plan, endpoint, configVersion }: Admitted): AdmittedRequest {
  const first = plan.attempts[0];
  return {
    id: request.id,
    admittedAtMs: request.admittedAtMs,
    orgId: caller.orgId,
    projectId: caller.projectId,
    memberId: caller.memberId,
    keyId: caller.keyId,
    endpoint: endpoint.name,
    requestedModel: call.model,
    servedModel: plan.model.id,
    provider: first?.deployment.providerId ?? "",
    deployment: first?.deployment.id ?? "",
    isStream: call.isStream,
    isTest: caller.isTest,
    configVersion,
  };
}
