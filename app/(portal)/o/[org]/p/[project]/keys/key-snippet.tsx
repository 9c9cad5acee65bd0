"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Code } from "#components/layout/code-block";
import { CopyButton } from "#components/ui/copy-button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "#components/ui/tabs";

export type CreatedKey = { readonly id: string; readonly name: string; readonly secret: string };

/** Where the API is, and a model that answers there. */
export type Endpoint = { readonly baseUrl: string; readonly model: string | null };

type KeySnippetProps = { endpoint: Endpoint; secret: string; onCopied?: () => void };

const LANGUAGES = [
  { id: "curl", label: "curl", write: curl },
  { id: "python", label: "Python", write: python },
  { id: "typescript", label: "TypeScript", write: typescript },
] as const;

/** A first call, ready to be pasted. */
export function KeySnippet({ endpoint, secret, onCopied }: KeySnippetProps) {
  const t = useTranslations("keys.created");
  const [language, setLanguage] = useState<string>("curl");
  const model = endpoint.model ?? "sandbox-chat";
  const chosen = LANGUAGES.find(({ id }) => id === language) ?? LANGUAGES[0];
  const code = chosen.write(endpoint.baseUrl, model, secret);
  return (
    <Tabs value={chosen.id} onValueChange={setLanguage} className="min-w-0 overflow-hidden rounded-lg border">
      <div className="flex items-center justify-between border-b bg-surface pr-1 pl-4">
        <TabsList aria-label={t("tryIt")}>
          {LANGUAGES.map(({ id, label }) => (
            <TabsTrigger key={id} value={id}>
              {label}
            </TabsTrigger>
          ))}
        </TabsList>
        <CopyButton text={code} label={t("copySnippet")} isIconOnly variant="ghost" size="sm" onCopied={onCopied} />
      </div>
      <TabsContent value={chosen.id} tabIndex={-1}>
        <Code text={code} />
      </TabsContent>
    </Tabs>
  );
}

function curl(baseUrl: string, model: string, secret: string): string {
  return `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer ${secret}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "${model}",
    "messages": [{"role": "user", "content": "Hello"}]
  }'`;
}

function python(baseUrl: string, model: string, secret: string): string {
  return `from openai import OpenAI

client = OpenAI(
    base_url="${baseUrl}",
    api_key="${secret}",
)
reply = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`;
}

function typescript(baseUrl: string, model: string, secret: string): string {
  return `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${baseUrl}",
  apiKey: "${secret}",
});
const reply = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(reply.choices[0]?.message.content);`;
}
