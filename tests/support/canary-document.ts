import { TRICKS } from "./canary-upstream.ts";

type Given = {
  readonly origin: string;
  /** A credential for each kind of provider, as a document names it, for `environment`, and one that no upstream ever sees. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly unused: string;
};

const PATHS: Readonly<Record<string, string>> = { "azure-openai": "/openai/v1", gemini: "/v1beta" };

/** Upstreams that cannot be reached: nobody listens, nobody has the name, nobody speaks TLS. */
export const UNREACHABLE = ["dead", "nowhere", "mute"] as const;

const addressesOf = (origin: string): Readonly<Record<string, string>> => ({
  dead: "http://127.0.0.1:1",
  nowhere: "https://nowhere.invalid",
  mute: origin.replace("http:", "https:"),
});

/** Under every kind of provider a model for every trick, each with a provider of its own, so that no failure keeps another from being asked. */
export function canaryDocument({ origin, secrets, unused }: Given) {
  const addresses = addressesOf(origin);
  const all = [
    ...Object.entries(secrets).flatMap(([name, secret]) =>
      TRICKS.map((trick) => ({ name, trick, secret, kind: name === "environment" ? "openai-compatible" : name })),
    ),
    ...UNREACHABLE.map((name) => ({ name, trick: "plain", secret: unused, kind: "openai-compatible" })),
  ];
  return {
    version: 1,
    providers: all.map(({ name, trick, secret, kind }) => ({
      id: `${name}-${trick}`,
      kind,
      baseUrl: (addresses[name] ?? origin) + (PATHS[kind] ?? "/v1"),
      allowPrivateNetwork: true,
      credentials: [{ id: "a", secret }],
    })),
    models: all.map(({ name, trick }) => ({
      id: `${name}/${trick}`,
      price: { input: "1.00", output: "2.00" },
      deployments: [{ id: "main", provider: `${name}-${trick}`, upstreamModel: trick }],
    })),
  };
}
