import { z } from "zod";

/**
 * What the Open Responses specification (openresponses.org) promises of an answer and of each event of a stream, as
 * schemas: required keys are required, and a null is only taken where it allows one.
 */
const whole = z.number().int();
const place = { sequence_number: whole, item_id: z.string(), output_index: whole };
const inContent = { ...place, content_index: whole };
const inSummary = { ...place, summary_index: whole };

const logprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(whole),
  top_logprobs: z.array(z.object({ token: z.string(), logprob: z.number(), bytes: z.array(whole) })),
});
const annotation = z.object({
  type: z.literal("url_citation"),
  url: z.string(),
  title: z.string(),
  start_index: whole,
  end_index: whole,
});
const contentPart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input_text"), text: z.string() }),
  z.object({
    type: z.literal("output_text"),
    text: z.string(),
    annotations: z.array(annotation),
    logprobs: z.array(logprob).optional(),
  }),
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("summary_text"), text: z.string() }),
  z.object({ type: z.literal("reasoning_text"), text: z.string() }),
  z.object({ type: z.literal("refusal"), refusal: z.string() }),
  z.object({
    type: z.literal("input_image"),
    image_url: z.string().nullable(),
    detail: z.enum(["low", "high", "auto"]),
  }),
  z.object({ type: z.literal("input_file"), filename: z.string().optional(), file_url: z.string().optional() }),
]);
const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);
const item = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    id: z.string(),
    status: itemStatus,
    role: z.enum(["user", "assistant", "system", "developer"]),
    content: z.array(contentPart),
    phase: z.enum(["commentary", "final_answer"]).optional(),
  }),
  z.object({
    type: z.literal("function_call"),
    id: z.string(),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
    status: itemStatus,
  }),
  z.object({
    type: z.literal("function_call_output"),
    id: z.string(),
    call_id: z.string(),
    output: z.union([z.string(), z.array(contentPart)]),
    status: itemStatus,
  }),
  z.object({
    type: z.literal("reasoning"),
    id: z.string(),
    content: z.array(contentPart).optional(),
    summary: z.array(contentPart),
    encrypted_content: z.string().optional(),
  }),
]);
const toolChoiceValue = z.enum(["none", "auto", "required"]);
const functionChoice = z.object({ type: z.literal("function"), name: z.string().optional() });

/** The response object: an answer, or how one stands within a stream. */
export const ResponseResource = z.object({
  id: z.string(),
  object: z.literal("response"),
  created_at: whole,
  completed_at: whole.nullable(),
  status: z.string(),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  model: z.string(),
  previous_response_id: z.string().nullable(),
  instructions: z.string().nullable(),
  output: z.array(item),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  tools: z.array(
    z.object({
      type: z.literal("function"),
      name: z.string(),
      description: z.string().nullable(),
      parameters: z.record(z.string(), z.unknown()).nullable(),
      strict: z.boolean().nullable(),
    }),
  ),
  tool_choice: z.union([
    toolChoiceValue,
    functionChoice,
    z.object({ type: z.literal("allowed_tools"), tools: z.array(functionChoice), mode: toolChoiceValue }),
  ]),
  truncation: z.enum(["auto", "disabled"]),
  parallel_tool_calls: z.boolean(),
  text: z.object({
    format: z.looseObject({ type: z.enum(["text", "json_object", "json_schema"]) }),
    verbosity: z.enum(["low", "medium", "high"]).optional(),
  }),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: whole,
  temperature: z.number(),
  reasoning: z
    .object({
      effort: z.enum(["none", "low", "medium", "high", "xhigh"]).nullable(),
      summary: z.enum(["concise", "detailed", "auto"]).nullable(),
    })
    .nullable(),
  usage: z
    .object({
      input_tokens: whole,
      output_tokens: whole,
      total_tokens: whole,
      input_tokens_details: z.object({ cached_tokens: whole }),
      output_tokens_details: z.object({ reasoning_tokens: whole }),
    })
    .nullable(),
  max_output_tokens: whole.nullable(),
  max_tool_calls: whole.nullable(),
  store: z.boolean(),
  background: z.boolean(),
  service_tier: z.string(),
  metadata: z.unknown(),
  safety_identifier: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
});

const snapshot = { sequence_number: whole, response: ResponseResource };
const ofItem = { sequence_number: whole, output_index: whole, item: item.nullable() };
const logprobs = z.array(logprob).optional();

/** Every event a stream may hold; one of another type is none. */
export const StreamingEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("response.created"), ...snapshot }),
  z.object({ type: z.literal("response.queued"), ...snapshot }),
  z.object({ type: z.literal("response.in_progress"), ...snapshot }),
  z.object({ type: z.literal("response.completed"), ...snapshot }),
  z.object({ type: z.literal("response.failed"), ...snapshot }),
  z.object({ type: z.literal("response.incomplete"), ...snapshot }),
  z.object({ type: z.literal("response.output_item.added"), ...ofItem }),
  z.object({ type: z.literal("response.output_item.done"), ...ofItem }),
  z.object({ type: z.literal("response.content_part.added"), ...inContent, part: contentPart }),
  z.object({ type: z.literal("response.content_part.done"), ...inContent, part: contentPart }),
  z.object({ type: z.literal("response.output_text.delta"), ...inContent, delta: z.string(), logprobs }),
  z.object({ type: z.literal("response.output_text.done"), ...inContent, text: z.string(), logprobs }),
  z.object({ type: z.literal("response.refusal.delta"), ...inContent, delta: z.string() }),
  z.object({ type: z.literal("response.refusal.done"), ...inContent, refusal: z.string() }),
  z.object({ type: z.literal("response.function_call_arguments.delta"), ...place, delta: z.string() }),
  z.object({ type: z.literal("response.function_call_arguments.done"), ...place, arguments: z.string() }),
  z.object({ type: z.literal("response.reasoning_summary_part.added"), ...inSummary, part: contentPart }),
  z.object({ type: z.literal("response.reasoning_summary_part.done"), ...inSummary, part: contentPart }),
  z.object({ type: z.literal("response.reasoning_summary_text.delta"), ...inSummary, delta: z.string() }),
  z.object({ type: z.literal("response.reasoning_summary_text.done"), ...inSummary, text: z.string() }),
  z.object({
    type: z.literal("response.output_text.annotation.added"),
    ...inContent,
    annotation_index: whole,
    annotation: annotation.nullable(),
  }),
  z.object({
    type: z.literal("error"),
    sequence_number: whole,
    error: z.object({
      type: z.string(),
      code: z.string().nullable(),
      message: z.string(),
      param: z.string().nullable(),
    }),
  }),
]);
