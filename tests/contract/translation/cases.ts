import type { Case } from "./case.ts";
import { ANSWER_CASES } from "./cases-answers.ts";
import { CONVERSATION_CASES } from "./cases-conversation.ts";
import { SETTING_CASES } from "./cases-settings.ts";
import { TOOL_CASES } from "./cases-tools.ts";

/** How each feature that pairs.test.ts proves is asked for, by its id. */
export const CASES: Readonly<Record<string, Case>> = {
  ...CONVERSATION_CASES,
  ...TOOL_CASES,
  ...SETTING_CASES,
  ...ANSWER_CASES,
};
