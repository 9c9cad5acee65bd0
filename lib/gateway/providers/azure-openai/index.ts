import { openAiCompatible } from "../openai-compatible/build.ts";
import type { Provider } from "../provider.ts";
import { azureUrlOf } from "./azure-url-of.ts";

/** OpenAI's models on a resource of one's own at Azure; the address is the resource's. */
export const azureOpenAiProvider: Provider = {
  ...openAiCompatible({
    kind: "azure-openai",
    failures: [
      // What its content policy refused is named so in `innererror` (images: `inner_error`), whatever the outer code.
      { kind: "content-filter", codes: ["ResponsibleAIPolicyViolation"] },
    ],
  }),
  addressParameters: ["api-version"],
  urlOf: azureUrlOf,
  authorize: (secret) => ({ "api-key": secret }),
};
