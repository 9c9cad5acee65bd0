import { mintKey } from "#lib/base/api-key";
import type { Holder } from "./canary-people.ts";
import type { CanaryStage } from "./canary-stage.ts";
import { TRICKS } from "./canary-upstream.ts";

const JSON_TYPE = { "content-type": "application/json" };

export type Calling = { readonly stage: CanaryStage; readonly url: string };

const post = ({ stage, url }: Calling, path: string, sent: { readonly headers: HeadersInit; readonly body: string }) =>
  stage.ask(url + path, { method: "POST", headers: { ...JSON_TYPE, ...Object(sent.headers) }, body: sent.body });

/** Asks every upstream to give its credential away, at every endpoint that it may have. */
export async function askForEveryTrick(calling: Calling, names: readonly string[]): Promise<readonly number[]> {
  const { stage } = calling;
  const headers = { authorization: `Bearer ${stage.keys.live}` };
  const prompt = stage.canaries.get("prompt") ?? "";
  const messages = [{ role: "user", content: prompt }];
  const statuses: number[] = [];
  for (const model of names.flatMap((name) => TRICKS.map((trick) => `${name}/${trick}`))) {
    const asks = [
      post(calling, "/v1/chat/completions", { headers, body: JSON.stringify({ model, messages }) }),
      ...(model.endsWith("/open")
        ? []
        : [
            post(calling, "/v1/chat/completions", { headers, body: JSON.stringify({ model, messages, stream: true }) }),
          ]),
      post(calling, "/v1/responses", { headers, body: JSON.stringify({ model, input: prompt, store: false }) }),
      post(calling, "/v1/responses", {
        headers,
        body: JSON.stringify({ model, input: prompt, stream: !model.endsWith("/open") }),
      }),
      post(calling, "/v1/messages", { headers, body: JSON.stringify({ model, max_tokens: 5, messages }) }),
      post(calling, `/v1beta/models/${model}:generateContent`, {
        headers,
        body: JSON.stringify({ contents: [{ role: "user", parts: [{ text: prompt }] }] }),
      }),
      post(calling, "/v1/embeddings", { headers, body: JSON.stringify({ model, input: prompt }) }),
      post(calling, "/v1/completions", { headers, body: JSON.stringify({ model, prompt }) }),
      post(calling, "/v1/moderations", { headers, body: JSON.stringify({ model, input: prompt }) }),
    ];
    statuses.push(...(await Promise.all(asks)).map(({ status }) => status));
  }
  return statuses;
}

/** Asks upstreams that cannot be reached. */
export async function askForNothing(calling: Calling, names: readonly string[]): Promise<readonly number[]> {
  const { keys, canaries } = calling.stage;
  const headers = { authorization: `Bearer ${keys.live}` };
  const messages = [{ role: "user", content: canaries.get("prompt") }];
  const answers = await Promise.all(
    names.map((name) =>
      post(calling, "/v1/chat/completions", { headers, body: JSON.stringify({ model: `${name}/plain`, messages }) }),
    ),
  );
  return answers.map(({ status }) => status);
}

/** Shows a caller's secrets in every place where one may stand, right and wrong. */
export async function showEveryCredential(calling: Calling, holder: Holder): Promise<readonly number[]> {
  const { stage, url } = calling;
  const { live, test, admin } = stage.keys;
  const unknown = stage.marked("key that nobody has", mintKey("live").secret);
  const nonsense = stage.marked("no key at all");
  const forged = `${holder.accessToken.split(".").slice(0, 2).join(".")}.${stage.marked("forged signature")}`;
  const body = JSON.stringify({ model: "openai-compatible/plain", messages: [{ role: "user", content: "hi" }] });
  const credentials = [live, test, admin, holder.key, holder.accessToken, unknown, nonsense, forged];
  const statuses: number[] = [];
  for (const credential of credentials) {
    const shown: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${credential}` },
      { authorization: `Basic ${Buffer.from(`user:${credential}`).toString("base64")}` },
      { authorization: credential },
      { "x-api-key": credential },
      { "api-key": credential },
      { "x-goog-api-key": credential },
      { cookie: `next-auth.session-token=${credential}; other=${holder.cookie}` },
      {
        authorization: `Bearer ${live}`,
        "idempotency-key": credential,
        "x-request-id": credential,
        "openai-project": credential,
      },
    ];
    const inQuery = `?key=${encodeURIComponent(credential)}`;
    const answers = await Promise.all([
      ...shown.map((headers) => post(calling, "/v1/chat/completions", { headers, body })),
      stage.ask(`${url}/v1beta/models${inQuery}`),
      post(calling, `/v1beta/models/gemini/plain:generateContent${inQuery}`, { headers: {}, body: '{"contents":[]}' }),
      post(calling, `/v1/nowhere${inQuery}`, { headers: {}, body }),
      stage.ask(`${url}/metrics${inQuery}`, { headers: { authorization: `Bearer ${credential}` } }),
    ]);
    statuses.push(...answers.map(({ status }) => status));
  }
  return statuses;
}

/** Sends prompts that are broken in every way, so that whoever reads them must say what is wrong. */
export async function sendBrokenPrompts(calling: Calling): Promise<readonly number[]> {
  const { stage } = calling;
  const prompt = stage.canaries.get("prompt") ?? "";
  const headers = { authorization: `Bearer ${stage.keys.live}` };
  const model = "openai-compatible/plain";
  const bodies = [
    `{"model": "${model}", "messages": [{"role": "user", "content": ${prompt}}]}`,
    `{"model": "${model}", "messages": "${prompt}`,
    prompt,
    JSON.stringify({ model, messages: prompt }),
    JSON.stringify({ model, messages: [prompt] }),
    JSON.stringify({ model, messages: [{ role: prompt, content: prompt }] }),
    JSON.stringify({ model, messages: [{ role: "user", content: prompt }], n: prompt, stream: prompt }),
    JSON.stringify({ model, messages: [{ role: "user", content: prompt }], max_tokens: prompt, tools: prompt }),
    JSON.stringify({ model, input: prompt, dimensions: prompt, encoding_format: prompt }),
    JSON.stringify({
      model,
      max_tokens: 5,
      system: { a: prompt },
      messages: [{ role: "user", content: [{ type: prompt }] }],
    }),
    JSON.stringify({ contents: [{ parts: [{ [prompt]: prompt }] }], generationConfig: prompt }),
  ];
  const paths = ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings", "/v1/completions"];
  const answers = await Promise.all(
    [...paths, "/v1/moderations", "/v1beta/models/gemini/plain:generateContent"].flatMap((path) =>
      bodies.map((body) => post(calling, path, { headers, body })),
    ),
  );
  return answers.map(({ status }) => status);
}
