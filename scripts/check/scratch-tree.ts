import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Makes a small project in a temporary folder from `files` (path to text) and copies of our own `settings`; removes it after `work`. */
export async function inScratchTree<T>(
  files: Readonly<Record<string, string>>,
  settings: readonly string[],
  work: (root: string) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "switchyard-check-"));
  try {
    for (const name of settings) copyFileSync(name, join(root, name));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return await work(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
