/** One file of a scratch project that breaks exactly one layer rule, and the rule that must report it. */
export type Plant = { readonly rule: string; readonly file: string; readonly text: string };

const pkg = (name: string) => ({
  [`node_modules/${name}/package.json`]: `{ "name": "${name}", "version": "1.0.0", "main": "index.js" }`,
  [`node_modules/${name}/index.js`]: "exports.value = 1;\n",
});

/** A project that keeps every rule: the cruiser must find nothing here. */
export const CLEAN_TREE: Readonly<Record<string, string>> = {
  ...pkg("react"),
  ...pkg("inngest"),
  ...pkg("undici"),
  "lib/base/value.ts": "export type Value = number;\nexport const value: Value = 1;\n",
  "lib/platform/client.ts": 'import { value } from "#lib/base/value";\nexport const client = value;\n',
  "lib/gateway/handle.ts":
    'import type { Value } from "#lib/base/value";\nexport const handle = (value: Value) => value;\n',
  "lib/gateway/providers/openai-compatible/index.ts": "export const builder = 1;\n",
  "lib/gateway/providers/one/index.ts":
    'import { builder } from "../openai-compatible/index.ts";\nexport const one = builder;\n',
  "lib/gateway/providers/two/index.ts": "export const two = 2;\n",
  "lib/drivers/port.memory.ts": 'import { handle } from "#lib/gateway/handle";\nexport const port = handle;\n',
  "lib/ledger/credit.ts": 'import { client } from "#lib/platform/client";\nexport const credit = client;\n',
  "lib/features/context.ts": "export type Context = { id: string };\n",
  "lib/features/keys/schema.ts": "export const schema = 1;\n",
  "lib/features/keys/create-key.ts":
    'import type { Context } from "../context.ts";\nexport const createKey = (ctx: Context) => ctx.id;\n',
  "lib/features/usage/read-usage.ts":
    'import { credit } from "#lib/ledger/credit";\nexport const readUsage = credit;\n',
  "lib/jobs/send-mail.ts":
    'import { createKey } from "#lib/features/keys/create-key";\nexport const sendMail = createKey;\n',
  "lib/mounts/node.ts": 'import { sendMail } from "#lib/jobs/send-mail";\nexport const node = sendMail;\n',
  "lib/runtime.ts": 'import { port } from "#lib/drivers/port.memory";\nexport const runtime = port;\n',
  "tests/support/fake.ts": "export const fake = 1;\n",
  "scripts/tool.ts": 'import { node } from "#lib/mounts/node";\nexport const tool = node;\n',
  "lib/features/keys/create-key.test.ts":
    'import { fake } from "#tests/support/fake";\nimport { createKey } from "./create-key.ts";\nexport const used = [fake, createKey];\n',
  "components/button.tsx":
    '"use client";\nimport { schema } from "#lib/features/keys/schema";\nexport const button = schema;\n',
  "app/(portal)/o/[org]/keys/page.tsx":
    'import { createKey } from "#lib/features/keys/create-key";\nimport { form } from "./form.tsx";\nexport const page = [createKey, form];\n',
  "app/(portal)/o/[org]/keys/form.tsx":
    '"use client";\nimport { button } from "#components/button";\nexport const form = button;\n',
  "app/(portal)/o/[org]/usage/chart.tsx": "export const chart = 1;\n",
  "server.ts": 'import { runtime } from "#lib/runtime";\nexport const server = runtime;\n',
  "worker.ts": 'import { node } from "#lib/mounts/node";\nexport const worker = node;\n',
};

const plant = (rule: string, file: string, specifier: string): Plant => ({
  rule,
  file,
  text: `import * as seen from "${specifier}";\nexport const planted = seen;\n`,
});

const typePlant = (rule: string, file: string, specifier: string): Plant => ({
  rule,
  file,
  text: `import type * as seen from "${specifier}";\nexport type Planted = typeof seen;\n`,
});

export const PLANTS: readonly Plant[] = [
  plant("no-cycles", "lib/base/cycle-a.ts", "./cycle-b.ts"),
  plant("no-unresolved-import", "lib/base/planted-missing.ts", "#lib/base/not-there"),
  plant("base-imports-only-downwards", "lib/base/planted.ts", "#lib/platform/client"),
  typePlant("platform-imports-only-downwards", "lib/platform/planted.ts", "#lib/gateway/handle"),
  typePlant("gateway-imports-only-downwards", "lib/gateway/planted.ts", "#lib/platform/client"),
  plant("drivers-imports-only-downwards", "lib/drivers/planted.ts", "#lib/ledger/credit"),
  plant("ledger-imports-only-downwards", "lib/ledger/planted.ts", "#lib/gateway/handle"),
  plant("features-imports-only-downwards", "lib/features/keys/planted.ts", "#lib/drivers/port.memory"),
  plant("jobs-imports-only-downwards", "lib/jobs/planted.ts", "#lib/mounts/node"),
  plant("mounts-imports-only-downwards", "lib/mounts/planted.ts", "#components/button"),
  plant("app-imports-only-downwards", "app/planted/route.ts", "#lib/platform/client"),
  plant("processes-imports-only-downwards", "inngest/planted.ts", "#lib/ledger/credit"),
  plant("components-imports-only-downwards", "components/planted.tsx", "#lib/features/keys/create-key"),
  plant("lib-tests-import-only-downwards", "lib/gateway/planted.test.ts", "#lib/runtime"),
  typePlant("features-are-islands", "lib/features/usage/planted.ts", "#lib/features/keys/create-key"),
  plant("providers-are-islands", "lib/gateway/providers/one/planted.ts", "../two/index.ts"),
  plant("pages-are-islands", "app/(portal)/o/[org]/keys/planted.ts", "../usage/chart.tsx"),
  plant("no-framework-below-mounts", "lib/jobs/planted-framework.ts", "inngest"),
  plant("no-io-in-gateway", "lib/gateway/planted-builtin.ts", "node:fs"),
  typePlant("no-io-in-gateway", "lib/gateway/planted-package.ts", "undici"),
  {
    rule: "client-files-see-schemas-only",
    file: "app/(portal)/o/[org]/keys/planted-client.tsx",
    text: '"use client";\nimport * as seen from "#lib/features/keys/create-key";\nexport const planted = seen;\n',
  },
  plant("nothing-imports-app", "inngest/planted-app.ts", "#app/planted/route.ts"),
  plant("tools-are-never-imported", "lib/mounts/planted-tool.ts", "#tests/support/fake"),
  plant("roles-never-reach-react", "worker.ts", "#lib/mounts/planted-react"),
];

/** What a plant stands on; it breaks no rule by itself. */
export const PLANT_GROUND: Readonly<Record<string, string>> = {
  "lib/base/cycle-b.ts": 'import * as seen from "./cycle-a.ts";\nexport const planted = seen;\n',
  "lib/mounts/planted-react.ts": 'import * as react from "react";\nexport const planted = react;\n',
};
