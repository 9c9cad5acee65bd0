import type { DialectId } from "#lib/gateway/conversation";
import type { Part } from "#tests/support/pairs-question";
import { ASK, asking, type Case } from "./case.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const PDF = Buffer.from("%PDF-1.4\n%EOF\n").toString("base64");
const WAV = Buffer.from("RIFF----WAVE").toString("base64");

const withPart = (part: Part) => asking({ turns: [{ who: "user", parts: [{ text: "What is this?" }, part] }] });

const IMAGE_URL = "https://pictures.example/yard.png";
const FILE_URL = "https://papers.example/yard.pdf";

const TAKES_THEM_FIRST: ReadonlySet<DialectId> = new Set(["anthropic-messages", "gemini"]);

/** A user's message whose second part is written in the dialect's own words. */
const storedIn = (field: "messages" | "input" | "contents", content: string, parts: readonly object[]) => ({
  [field]: [{ role: "user", [content]: JSON.parse(JSON.stringify(parts)) }],
});

export const CONVERSATION_CASES: Readonly<Record<string, Case>> = {
  text: { asks: ASK },
  system: { asks: asking({ system: "You are a shunter.\nBe brief." }) },
  turns: {
    asks: asking({
      turns: [
        { who: "user", parts: [{ text: "What is done in the yard?" }] },
        { who: "model", parts: [{ text: "Trains are made up." }] },
        { who: "user", parts: [{ text: "By whom?" }] },
      ],
    }),
  },
  "late-system": {
    asks: asking({
      turns: [
        { who: "user", parts: [{ text: "What is done in the yard?" }] },
        { who: "system", parts: [{ text: "Answer in verse." }] },
      ],
    }),
    arrives: ({ caller, upstream }) => (caller !== upstream && TAKES_THEM_FIRST.has(upstream) ? MOVED_UP : {}),
  },
  "image-data": { asks: withPart({ image: { type: "image/png", data: PIXEL } }) },
  "image-url": { asks: withPart({ image: { url: IMAGE_URL } }) },
  "file-data": { asks: withPart({ file: { type: "application/pdf", data: PDF } }) },
  "file-name": {
    asks: withPart({ file: { type: "application/pdf", data: PDF }, called: "yard.pdf" }),
    isLost: (_question, body) => !JSON.stringify(body).includes("yard.pdf"),
  },
  "file-url": { asks: withPart({ file: { url: FILE_URL } }) },
  "file-stored": {
    asks: ASK,
    adds: {
      "openai-chat": storedIn("messages", "content", [
        { type: "text", text: "Read." },
        { type: "file", file: { file_id: "file-1" } },
      ]),
      "openai-responses": storedIn("input", "content", [
        { type: "input_text", text: "Read." },
        { type: "input_file", file_id: "file-1" },
      ]),
      "anthropic-messages": storedIn("messages", "content", [
        { type: "text", text: "Read." },
        { type: "document", source: { type: "file", file_id: "file-1" } },
      ]),
      gemini: storedIn("contents", "parts", [
        { text: "Read." },
        { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/file-1" } },
      ]),
    },
    arrives: () => ({}),
  },
  audio: { asks: withPart({ audio: WAV, format: "wav" }) },
};

const MOVED_UP = { system: "Answer in verse.", turns: ASK.turns };
