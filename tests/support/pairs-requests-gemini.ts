import { dig, filled, type JsonObject, objectAt, objectsAt, textAt } from "./pairs-json.ts";
import {
  type Choice,
  joinedTurns,
  type Media,
  onlySaid,
  type Part,
  type Phrasing,
  type Question,
  type ToolOutput,
  type Turn,
} from "./pairs-question.ts";

/** `POST /v1beta/models/{model}:generateContent`, as Google documents it. Model and streaming stand in the URL. */
export const geminiPhrasing: Phrasing = {
  write: (question) =>
    filled({
      systemInstruction: question.system === undefined ? undefined : { parts: [{ text: question.system }] },
      contents: question.turns.map(writeTurn),
      tools: question.tools && [
        {
          functionDeclarations: question.tools.map(({ name, description, schema }) => ({
            name,
            description,
            parametersJsonSchema: schema,
          })),
        },
      ],
      toolConfig: question.choice && { functionCallingConfig: writeChoice(question.choice) },
      generationConfig: writeConfig(question),
      serviceTier: question.tier,
    }),
  read: readRequest,
};

function writeChoice(choice: Choice): JsonObject {
  if (choice === "required") return { mode: "ANY" };
  if (typeof choice === "string") return { mode: choice.toUpperCase() };
  return { mode: "ANY", allowedFunctionNames: "named" in choice ? [choice.named] : choice.oneOf };
}

function writeConfig(question: Question): JsonObject | undefined {
  const { schema, json, logprobs, effort, budget } = question;
  const config = filled({
    responseMimeType: schema || json ? "application/json" : undefined,
    responseJsonSchema: schema,
    maxOutputTokens: question.maxOutput,
    temperature: question.temperature,
    topP: question.topP,
    topK: question.topK,
    stopSequences: question.stop,
    seed: question.seed,
    presencePenalty: question.presence,
    frequencyPenalty: question.frequency,
    candidateCount: question.answers,
    responseLogprobs: logprobs === undefined ? undefined : true,
    logprobs,
    thinkingConfig:
      effort || budget ? filled({ thinkingLevel: effort?.toUpperCase(), thinkingBudget: budget }) : undefined,
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

const writeTurn = ({ who, parts }: Turn): JsonObject => ({
  role: who === "model" ? "model" : "user",
  parts: parts.flatMap(writePart),
});

function writePart(part: Part): readonly JsonObject[] {
  if ("text" in part) return [{ text: part.text }];
  if ("thought" in part) return [{ text: part.thought, thought: true, thoughtSignature: part.proof }];
  if ("call" in part) return [{ functionCall: { id: part.call, name: part.name, args: part.input } }];
  if ("result" in part) return [writeResult(part)];
  if ("image" in part) return [writeMedia(part.image)];
  if ("file" in part) return [writeMedia(part.file, part.called)];
  return [{ inlineData: { mimeType: `audio/${part.format}`, data: part.audio } }];
}

const writeResult = ({ result, name, output, image, failed }: ToolOutput): JsonObject => ({
  functionResponse: filled({
    id: result,
    name,
    response: { [failed ? "error" : "result"]: output },
    parts: image && [writeMedia(image)],
  }),
});

const writeMedia = (media: Media, displayName?: string): JsonObject =>
  "data" in media
    ? { inlineData: filled({ mimeType: media.type, data: media.data, displayName }) }
    : { fileData: filled({ fileUri: media.url, mimeType: media.type }) };

function readRequest(body: JsonObject): Question {
  const config = objectAt(body.generationConfig);
  const calling = objectAt(body, "toolConfig", "functionCallingConfig");
  const declared = objectsAt(body.tools).flatMap(({ functionDeclarations }) => objectsAt(functionDeclarations));
  const system = body.systemInstruction;
  const isJson = config.responseMimeType === "application/json";
  return onlySaid<Question>({
    ...readSettings(config),
    system: system === undefined ? undefined : textsIn(objectsAt(system, "parts")),
    turns: joinedTurns(objectsAt(body.contents).map(readContent)),
    tools: declared.length === 0 ? undefined : declared.map(readTool),
    choice: calling.mode === undefined ? undefined : readChoice(calling),
    schema: isJson && config.responseJsonSchema ? objectAt(config.responseJsonSchema) : undefined,
    json: isJson && !config.responseJsonSchema ? true : undefined,
    tier: typeof body.serviceTier === "string" ? body.serviceTier : undefined,
  });
}

const number = (value: unknown) => (typeof value === "number" ? value : undefined);

function readSettings(config: JsonObject): Partial<Question> {
  const level = dig(config, "thinkingConfig", "thinkingLevel");
  return {
    maxOutput: number(config.maxOutputTokens),
    temperature: number(config.temperature),
    topP: number(config.topP),
    topK: number(config.topK),
    stop: Array.isArray(config.stopSequences) ? config.stopSequences.map(String) : undefined,
    seed: number(config.seed),
    presence: number(config.presencePenalty),
    frequency: number(config.frequencyPenalty),
    answers: number(config.candidateCount),
    logprobs: config.responseLogprobs === true ? (number(config.logprobs) ?? 0) : undefined,
    effort: typeof level === "string" ? level.toLowerCase() : undefined,
    budget: number(dig(config, "thinkingConfig", "thinkingBudget")),
  };
}

const readTool = ({ name, description, parametersJsonSchema }: JsonObject) => ({
  name: textAt(name),
  description: textAt(description),
  schema: objectAt(parametersJsonSchema),
});

function readChoice({ mode, allowedFunctionNames }: JsonObject): Choice {
  const names = Array.isArray(allowedFunctionNames) ? allowedFunctionNames.map(String) : [];
  const [first, ...others] = names;
  if (mode === "ANY" && first !== undefined) return others.length === 0 ? { named: first } : { oneOf: names };
  if (mode === "ANY") return "required";
  return mode === "NONE" ? "none" : "auto";
}

const textsIn = (parts: readonly JsonObject[]) => parts.map((part) => textAt(part.text)).join("\n\n");

function readContent({ role, parts }: JsonObject): Turn {
  const read = objectsAt(parts).flatMap(readPart);
  if (role === "model") return { who: "model", parts: read };
  const isTools = read.some((part) => "result" in part);
  return { who: isTools ? "tools" : "user", parts: read };
}

/** Google's documented word for a call that another model made. */
const NO_PROOF = "skip_thought_signature_validator";

const textOrNone = (value: unknown) => (typeof value === "string" ? value : undefined);

function readPart(part: JsonObject): readonly Part[] {
  const proof = part.thoughtSignature === NO_PROOF ? undefined : textOrNone(part.thoughtSignature);
  const own = readOwn(part, proof);
  // A proof stands on the part after the thoughts it belongs to, or alone.
  const isHeld = proof === undefined || part.thought === true;
  return isHeld ? own : [{ thought: "", proof }, ...own.filter((one) => !("text" in one && one.text === ""))];
}

function readOwn(part: JsonObject, proof = ""): readonly Part[] {
  if (typeof part.text === "string") return part.thought ? [{ thought: part.text, proof }] : [{ text: part.text }];
  if (part.functionCall) {
    const { id, name, args } = objectAt(part.functionCall);
    return [{ call: textAt(id), name: textAt(name), input: objectAt(args) }];
  }
  if (part.functionResponse) return [readResult(objectAt(part.functionResponse))];
  const media = mediaOf(part);
  if (media.type?.startsWith("image/") || ("url" in media && /\.png$/.test(media.url))) return [{ image: media }];
  if (media.type?.startsWith("audio/") && "data" in media)
    return [{ audio: media.data, format: media.type.slice("audio/".length) }];
  const called = dig(part, "inlineData", "displayName");
  return [{ file: media, ...(typeof called === "string" ? { called } : {}) }];
}

function mediaOf(part: JsonObject): Media {
  if (part.inlineData) {
    const { mimeType, data } = objectAt(part.inlineData);
    return { type: textAt(mimeType), data: textAt(data) };
  }
  const { fileUri, mimeType } = objectAt(part.fileData);
  return { url: textAt(fileUri), ...(mimeType ? { type: textAt(mimeType) } : {}) };
}

/** One text under a name that Google's documents use, or else the object that it is. */
function outputOf({ result, error, ...others }: JsonObject): string {
  const only = result ?? error;
  return typeof only === "string" ? only : JSON.stringify(only ?? others);
}

function readResult(response: JsonObject): Part {
  const said = objectAt(response.response);
  const image = objectsAt(response.parts)[0];
  return {
    result: textAt(response.id),
    name: textAt(response.name),
    output: outputOf(said),
    ...(image ? { image: mediaOf(image) } : {}),
    ...(said.error === undefined ? {} : { failed: true }),
  };
}
