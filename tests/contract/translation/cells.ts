import { ACCOUNT, ANSWERS, ERRORS, REASONING } from "./cells-more.ts";
import type { Feature, Group } from "./feature.ts";

const ALWAYS = "cccc cccc cccc cccc";

const CONVERSATION: Group = {
  title: "The conversation",
  features: [
    { id: "text", title: "Text", isPromised: true, cells: ALWAYS },
    { id: "system", title: "System prompt", isPromised: true, cells: ALWAYS },
    { id: "turns", title: "Turns before", isPromised: true, cells: ALWAYS },
    {
      id: "late-system",
      title: "Instructions in the middle",
      field: "messages.1",
      note: "Anthropic and Google take instructions at the beginning only: they are put there.",
      cells: "ccmm ccmm cccm ----",
    },
    { id: "image-data", title: "Image, as data", isPromised: true, cells: ALWAYS },
    { id: "image-url", title: "Image, as a URL", isPromised: true, cells: ALWAYS },
    {
      id: "file-data",
      title: "Document (PDF), as data",
      field: "parts\\.1$",
      cells: ALWAYS,
    },
    { id: "file-name", title: "Name of a document", field: "filename", cells: "cccd cccd cccd cccc" },
    {
      id: "file-url",
      title: "Document, as a URL",
      field: "messages.0.parts.1",
      note: "OpenAI's chat completions take no address of a file.",
      cells: "---- rccc rccc rccc",
    },
    {
      id: "file-stored",
      title: "File stored at a provider",
      field: "messages.0.parts.1",
      note: "Nobody but the provider that keeps it can read it.",
      cells: "crrr rcrr rrcr rrrc",
    },
    {
      id: "audio",
      title: "Audio",
      field: "messages.0.parts.1",
      cells: "crrc ccrc ---- crrc",
    },
  ],
};

const TOOLS: Group = {
  title: "Tools",
  features: [
    { id: "tools", title: "Two tools in parallel", isPromised: true, cells: ALWAYS },
    { id: "tool-turn", title: "Tool results", isPromised: true, cells: ALWAYS },
    { id: "choice-auto", title: "Tool choice: auto", isPromised: true, cells: ALWAYS },
    { id: "choice-none", title: "Tool choice: none", isPromised: true, cells: ALWAYS },
    { id: "choice-required", title: "Tool choice: required", isPromised: true, cells: ALWAYS },
    { id: "choice-named", title: "Tool choice: a named tool", isPromised: true, cells: ALWAYS },
    {
      id: "choice-allowed",
      title: "Tool choice: one of some tools",
      note: "Anthropic has no words for it: the others are not offered.",
      cells: "cccc cccc ---- cccc",
    },
    {
      id: "one-at-a-time",
      title: "No parallel tool calls",
      note: "Google has no switch for it: the gateway passes on the first call only.",
      cells: "cccc cccc cccc ----",
    },
    {
      id: "strict-tool",
      title: "Tool held to its schema (strict)",
      field: "tools.0.isStrict",
      cells: "cccd cccd cccd ----",
    },
    {
      id: "tool-failed",
      title: "Tool result that is an error",
      field: "isError",
      note: "OpenAI's dialects do not mark errors: the text tells.",
      cells: "---- ---- ddcc ddcc",
    },
    {
      id: "tool-image",
      title: "Tool result with an image",
      field: "content.1",
      note: "OpenAI's chat completions take none: it follows in a message of the user.",
      cells: "cccc mccc mccc mccc",
    },
    {
      id: "custom-tool",
      title: "Tool with free text (custom)",
      field: "tools.0",
      note: "Only Responses takes it from others: elsewhere a function with the text as its one field stands in, its calls come back as the tool's, and the grammar is told, not enforced.",
      cells: "ccmm mcmm ---- ----",
    },
    {
      id: "tool-group",
      title: "Tools in a group (namespace)",
      field: "tools.0",
      note: "Elsewhere each is a function of both names, whose calls come back as the group's; what is said of the group as a whole is left out.",
      cells: "---- mcmm ---- ----",
    },
    {
      id: "shell-tool",
      title: "The caller's shell (local_shell)",
      field: "tools.0",
      note: "Elsewhere a function stands in, whose calls come back as the shell's.",
      cells: "---- mcmm ---- ----",
    },
    {
      id: "cached-search",
      title: "Search without the net, beside tools of one's own",
      field: "tools.1",
      note: "Codex offers it in every request: what the model need not call is left out. Where it must, or has no other tool, it is refused as any provider's tool is.",
      cells: "---- dcdd ---- ----",
    },
    {
      id: "server-tool",
      title: "Tool that the provider runs (web search)",
      field: "tools.0|web_search_options",
      note: "Only the provider itself has it.",
      cells: "crrr rcrr rrcr rrrc",
    },
  ],
};

const OUTPUT: Group = {
  title: "Form and length of the answer",
  features: [
    { id: "schema", title: "JSON schema", isPromised: true, cells: ALWAYS },
    {
      id: "json",
      title: "JSON without a schema",
      field: "output",
      note: "Anthropic has no such mode.",
      cells: "ccrc ccrc ---- ccrc",
    },
    {
      id: "stop",
      title: "Stop sequences",
      isPromised: true,
      note: "Responses has none: callers of it cannot ask, and in front of an upstream of it the gateway stops by itself.",
      cells: "cccc ---- cccc cccc",
    },
    { id: "max-output", title: "Most output", isPromised: true, cells: ALWAYS },
    {
      id: "answers",
      title: "Several answers (n)",
      field: "choices",
      cells: "crrc ---- ---- crrc",
    },
    {
      id: "logprobs",
      title: "Log-probabilities",
      field: "logprobs",
      cells: "ccrc ccrc ---- ccrc",
    },
    {
      id: "verbosity",
      title: "Verbosity",
      field: "verbosity",
      cells: "ccdd ccdd ---- ----",
    },
  ],
};

const SAMPLING: Group = {
  title: "Sampling",
  features: [
    {
      id: "temperature",
      title: "Temperature",
      note: "Claude after 4.6 takes none, and one above 1 is cut to 1: both are reported.",
      cells: ALWAYS,
    },
    { id: "top-p", title: "top_p", cells: ALWAYS },
    { id: "top-k", title: "top_k", field: "topK", cells: "---- ---- ddcc ddcc" },
    { id: "seed", title: "Seed", field: "seed", cells: "cddc ---- ---- cddc" },
    {
      id: "penalties",
      title: "Presence and frequency penalty",
      field: "presencePenalty",
      cells: "cddc ---- ---- cddc",
    },
    { id: "logit-bias", title: "logit_bias", field: "logit_bias", cells: "cddd ---- ---- ----" },
  ],
};

/** Every cell, by group. */
export const GROUPS: readonly Group[] = [CONVERSATION, TOOLS, OUTPUT, SAMPLING, REASONING, ACCOUNT, ANSWERS, ERRORS];

export const FEATURES: readonly Feature[] = GROUPS.flatMap(({ features }) => features);
