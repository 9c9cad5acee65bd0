import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the document the demo runs with, one model in process and one over a socket, and returns its path. */
export function writeConfiguration(folder: string, upstreamUrl: string) {
  const file = join(folder, "demo.yaml");
  writeFileSync(
    file,
    `version: 1
providers:
  - { id: sandbox, kind: sandbox }
  - id: local
    kind: openai-compatible
    baseUrl: ${upstreamUrl}
    allowPrivateNetwork: true
    credentials: [{ id: main, secret: "literal:demo-credential" }]
models:
  - id: sandbox-chat
    price: { input: 1.00, output: 2.00 }
    deployments: [{ id: main, provider: sandbox, upstreamModel: sandbox-chat }]
  - id: local-chat
    price: { input: 0.40, output: 1.60 }
    deployments:
      - { id: main, provider: local, upstreamModel: local-model, cost: { input: 0.20, output: 0.80 } }
`,
    { mode: 0o600 },
  );
  return file;
}
