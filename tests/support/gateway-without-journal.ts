import { mkdirSync } from "node:fs";
import { openFrontDoor } from "#lib/mounts/front-door";
import { loadConfig } from "#lib/platform/config";
import { openGateway } from "#lib/runtime";

// The gateway with its journal cut out: what the books test must notice.
const config = loadConfig();
const gateway = await openGateway(config, {
  openSegments: (folder) => {
    mkdirSync(folder, { recursive: true });
    const segment = { path: "", open: 0, bytes: 0 };
    return { append: () => segment, release: () => undefined, confirm: () => undefined, close: () => undefined };
  },
});
openFrontDoor(gateway).server.listen(config.PORT, config.HOST);
