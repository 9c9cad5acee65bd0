import { runCommand } from "./run-command.ts";

// Next writes the types of routes and style sheets; a fresh checkout has none, and old ones mislead.
const steps = [
  ["node_modules/next/dist/bin/next", "typegen"],
  ["node_modules/typescript/bin/tsc", "--noEmit", "--incremental", "false", "--pretty", "false"],
];
for (const step of steps) {
  const { code, output } = await runCommand(process.execPath, step);
  if (code === 0) continue;
  process.stdout.write(output);
  process.exitCode = 1;
  break;
}
