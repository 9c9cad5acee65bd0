const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Every layer, where it lives, and what it may import besides itself. The lowest comes first; nothing may import upwards. */
const LAYERS = [
  { name: "base", path: "lib/base/", may: [] },
  { name: "platform", path: "lib/platform/", may: ["base"] },
  { name: "gateway", path: "lib/gateway/", may: ["base"] },
  { name: "drivers", path: "lib/drivers/", may: ["base", "platform", "gateway"] },
  { name: "ledger", path: "lib/ledger/", may: ["base", "platform"] },
  { name: "features", path: "lib/features/", may: ["base", "platform", "gateway", "ledger"] },
  { name: "jobs", path: "lib/jobs/", may: ["base", "platform", "gateway", "drivers", "ledger", "features"] },
  {
    name: "mounts",
    path: "lib/(mounts/|runtime\\.ts$)",
    may: ["base", "platform", "gateway", "drivers", "ledger", "features", "jobs"],
  },
  { name: "app", path: "(app/|middleware\\.ts$)", may: ["base", "features", "mounts", "components"] },
  { name: "processes", path: "((server|worker)\\.ts$|inngest/)", may: ["base", "platform", "jobs", "mounts"] },
  { name: "components", path: "components/", may: ["base"] },
];

const TEST = "\\.(db\\.)?test\\.tsx?$|\\.e2e\\.ts$|\\.load\\.ts$";
const OURS = "^(app|bench|components|inngest|lib|prisma|scripts|tests|public)/|^[^/]+\\.[cm]?[jt]sx?$";
const FRAMEWORKS =
  "^(node_modules/)?(next|next-auth|next-intl|next-themes|react|react-dom|inngest|ws|pg-boss|@tanstack/[^/]+|radix-ui|recharts|sonner|server-only)(/|$)";
const IO_PACKAGES =
  "^(node_modules/)?(undici|pg|@prisma/[^/]+|prisma|ioredis|redis|stripe|ws|nodemailer|prom-client|pg-boss|@node-rs/[^/]+)(/|$)|^(node:)?(fs|net|http|https|http2|tls|dns|dgram|child_process|cluster|worker_threads|readline|repl)(/|$)";

const pathOf = (name) => LAYERS.find((layer) => layer.name === name).path;
const anyOf = (patterns) => `^(${patterns.join("|")})`;

/** Components may also see the schemas that their forms share with a feature; one route mounts the job functions. */
const EXTRA = { components: ["lib/features/[^/]+/schema\\.ts$"], app: ["inngest/functions\\.ts$"] };

const onlyDownwards = ({ name, path, may }) => ({
  name: `${name}-imports-only-downwards`,
  comment: `${name} may import ${["itself", ...may].join(", ")}; a value that is needed lower down sinks, or comes as an argument.`,
  severity: "error",
  from: { path: `^${path}`, pathNot: TEST },
  to: { path: OURS, pathNot: anyOf([path, ...may.map(pathOf), ...(EXTRA[name] ?? [])]) },
});

/** Tests of a layer keep its rules, and may use tests/support. */
const testsOnlyDownwards = {
  name: "lib-tests-import-only-downwards",
  comment: "A test beside the code sees what its layer sees, and tests/support.",
  severity: "error",
  from: { path: `^lib/(base|platform|gateway|drivers|ledger|features|jobs)/.+(${TEST})` },
  to: { path: "^(app|bench|components|inngest|scripts)/|^lib/(mounts/|runtime\\.ts$)" },
};

const rules = [
  {
    name: "no-cycles",
    comment: "Two files that need each other are one idea, or hide a third.",
    severity: "error",
    from: { pathNot: "^lib/platform/generated/" },
    to: { circular: true },
  },
  {
    name: "no-unresolved-import",
    comment: "An import that cannot be followed would slip through every other rule.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
  ...LAYERS.map(onlyDownwards),
  testsOnlyDownwards,
  {
    name: "features-are-islands",
    comment: "Share a file in lib/features, sink to base, or let a page or a job compose the two.",
    severity: "error",
    from: { path: "^lib/features/([^/]+)/" },
    to: { path: "^lib/features/[^/]+/", pathNot: "^lib/features/$1/" },
  },
  {
    name: "providers-are-islands",
    comment: "A provider shares only the OpenAI-compatible builder.",
    severity: "error",
    from: { path: "^lib/gateway/providers/([^/]+)/" },
    to: { path: "^lib/gateway/providers/[^/]+/", pathNot: "^lib/gateway/providers/($1|openai-compatible)/" },
  },
  ...pageFolders().map(pageIsIsland),
  {
    name: "no-framework-below-mounts",
    comment: "Next, React, Inngest, WebSocket and the queue are known to mounts and above only.",
    severity: "error",
    from: { path: "^lib/(base|platform|gateway|drivers|ledger|features|jobs)/", pathNot: TEST },
    to: { path: FRAMEWORKS },
  },
  {
    name: "no-io-in-gateway",
    comment: "The gateway receives its ports as arguments and opens nothing itself.",
    severity: "error",
    from: { path: "^lib/gateway/", pathNot: TEST },
    to: { path: IO_PACKAGES },
  },
  {
    name: "client-files-see-schemas-only",
    comment: "What runs in the browser sees base, components, its own folder and features/*/schema.ts.",
    severity: "error",
    from: { path: clientFiles() },
    to: { path: "^lib/", pathNot: "^lib/(base/|features/[^/]+/schema\\.ts$)" },
  },
  {
    name: "nothing-imports-app",
    comment: "app holds URLs and nothing else, so nobody has a reason to import it.",
    severity: "error",
    from: { path: OURS, pathNot: "^(app|tests)/" },
    to: { path: "^app/" },
  },
  {
    name: "tools-are-never-imported",
    comment: "Scripts, tests and benchmarks use the product; the product does not know them.",
    severity: "error",
    from: { path: "^(app|components|inngest|lib|middleware|server|worker)", pathNot: TEST },
    to: { path: "^(bench|scripts|tests)/" },
  },
  {
    name: "roles-never-reach-react",
    comment: "Node runs server.ts and worker.ts unbuilt: no .tsx, no JSON, no React behind them.",
    severity: "error",
    from: { path: "^(server|worker)\\.ts$" },
    to: {
      reachable: true,
      path: "^(?!node_modules/).+\\.(tsx|json)$|^(node_modules/)?(next|react|react-dom|next-auth|next-intl|server-only)(/|$)",
    },
  },
];

/** A capture group would not do: folders named (portal) and [org] are not what they match as patterns. */
function pageIsIsland(folder) {
  const own = `^${escaped(folder)}/`;
  return {
    name: "pages-are-islands",
    comment: "A page folder sees itself and what lies below it; what two pages draw is a component.",
    severity: "error",
    from: { path: `${own}[^/]+$` },
    to: { path: "^app/", pathNot: own },
  };
}

function pageFolders() {
  return [...new Set(sourcesUnder("app").map((file) => file.slice(0, file.lastIndexOf("/"))))];
}

/** The cruiser does not read directives, so the files that say "use client" are found here. */
function clientFiles() {
  const found = ["app", "components"].flatMap(sourcesUnder);
  const marked = found.filter((file) => /^\s*["']use client["']/.test(readFileSync(file, "utf8")));
  return `^(${marked.map(escaped).join("|") || "no client files"})$`;
}

function sourcesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).replaceAll("\\", "/"));
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

module.exports = {
  forbidden: rules,
  options: {
    doNotFollow: { path: ["node_modules", "^lib/platform/generated/"] },
    exclude: { path: ["^\\.next/", "^\\.data/", "^next-env\\.d\\.ts$"] },
    parser: "swc",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".cjs", ".json", ".css"],
    },
    skipAnalysisNotInRules: true,
  },
};
