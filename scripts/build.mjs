import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { portalBuild } from "./up/build-portal.ts";

// `npm run build`: the portal for production. `npm run up` takes it as its own.
const root = fileURLToPath(new URL("..", import.meta.url));
const portal = portalBuild(root, process.env);
portal.begin();
const env = { ...portal.environment, NODE_ENV: "production" };
const { status } = spawnSync(process.execPath, portal.args, { cwd: root, env, stdio: "inherit" });
if (status === 0) portal.end();
process.exitCode = status ?? 1;
