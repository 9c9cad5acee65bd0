import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Canned, Fields } from "./client-upstream.ts";

/** Where the recorded exchanges lie, beside this repository. */
const ROOT = fileURLToPath(new URL("../../../shared/recordings/", import.meta.url));
export const areRecordingsThere = existsSync(ROOT);

/** A recorded answer of an OpenAI-shaped upstream. */
export type Recorded = {
  readonly name: string;
  /** Whose it is, as our providers are named. */
  readonly kind: string;
  readonly operation: "chat" | "completions" | "embeddings";
  readonly isStream: boolean;
  readonly answer: Canned & { readonly status: number };
  /** What was asked, where that was recorded. */
  readonly asked?: Fields;
};

const FOLDERS: readonly (readonly [folder: string, kind: string])[] = [
  ["alibaba", "qwen"],
  ["deepseek/chat", "deepseek"],
  ["groq", "groq"],
  ["mistral", "mistral"],
  ["moonshotai", "moonshot"],
  ["openai", "openai"],
  ["openai/chat", "openai"],
  ["openai-compatible/chat", "openai-compatible"],
  ["xai", "xai"],
];

export const recordings = (): readonly Recorded[] => (areRecordingsThere ? [...ofAiSdk(), ...ofEnvoy()] : []);

function ofAiSdk(): Recorded[] {
  return FOLDERS.flatMap(([folder, kind]) =>
    readdirSync(`${ROOT}ai-sdk/${folder}`)
      .filter((file) => /\.(json|chunks\.txt)$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(`${ROOT}ai-sdk/${folder}/${file}`, "utf8");
        const found = file.endsWith(".json") ? wholeIn(text) : streamIn(text);
        return found ? [{ name: `${folder}/${file}`, kind, ...found }] : [];
      }),
  );
}

const operationOf = ({ object }: Fields) => (object === "text_completion" ? "completions" : "chat");

function wholeIn(text: string) {
  const body: Fields = JSON.parse(text);
  const isError = "error" in body && !("object" in body);
  if (!isError && !Array.isArray(body.choices)) return undefined;
  return {
    operation: operationOf(body),
    isStream: false,
    answer: { status: isError ? 400 : 200, body: text },
  } as const;
}

function streamIn(text: string) {
  const lines = text.split("\n").filter(Boolean);
  const first: Fields = JSON.parse(lines[0] ?? "{}");
  if (!Array.isArray(first.choices)) return undefined;
  const body = [...lines, "[DONE]"].map((line) => `data: ${line}\n\n`).join("");
  return { operation: operationOf(first), isStream: true, answer: streamed(body) } as const;
}

const streamed = (body: string) => ({ status: 200, headers: { "content-type": "text/event-stream" }, body });

const PATH = /\/(chat)?\/?(completions|embeddings)$/;

function ofEnvoy(): Recorded[] {
  return readdirSync(`${ROOT}envoy`).flatMap((name) => {
    const [{ request, response }] = parse(readFileSync(`${ROOT}envoy/${name}`, "utf8")).interactions;
    const path = PATH.exec(request.url);
    // What Azure says is told apart by address, not by the model in the body.
    if (path === null || name.startsWith("azure")) return [];
    const asked: Fields = JSON.parse(request.body);
    const operation = path[1] === "chat" ? "chat" : path[2] === "embeddings" ? "embeddings" : "completions";
    const headers = { "content-type": String(response.headers["Content-Type"][0]) };
    const answer = { status: Number(response.code), headers, body: String(response.body) };
    return [{ name, kind: "openai", operation, isStream: asked.stream === true, answer, asked }];
  });
}
