import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Announcement, describeStart, writeAnnouncement } from "./announce.ts";
import { buildPortal } from "./build-portal.ts";
import { type Crew, createCrew } from "./crew.ts";
import { checkConfiguration, prepareDatabase } from "./prepare-database.ts";
import { chooseAddresses, describeRoles, innerUrls, roleEnvironment } from "./roles.ts";
import { takeRunLock } from "./run-lock.ts";
import { openSettings, saveSettings } from "./settings.ts";
import { type Pids, StartError, type Surroundings, type UpOptions } from "./types.ts";

const INTERRUPTED = 130;

/**
 * Starts everything in order, says when it is ready, keeps it alive until asked to stop, and stops it in order.
 * Returns the exit code: 0 after a stop in order, 1 when something did not start.
 */
export async function supervise(options: UpOptions, around: Surroundings) {
  const { say } = around;
  let announcement: Announcement | undefined;
  const onPids = (pids: Pids) => {
    if (announcement && options.jsonFile) writeAnnouncement(options.jsonFile, announcement, pids);
  };
  let lock: ReturnType<typeof takeRunLock> | undefined;
  let crew: Crew | undefined;
  try {
    lock = takeRunLock(options.dataDir);
    if (options.jsonFile) rmSync(options.jsonFile, { force: true });
    crew = createCrew(around, lock, onPids);
    announcement = await start(options, around, crew);
    onPids(crew.pids());
    say.line(await describeStart(options, announcement, around.sinceStart()));
    await aborted(around.stop);
    say.line("\n  Stopping: running requests may finish first. Ctrl-C again stops at once.");
    return 0;
  } catch (error) {
    if (around.stop.aborted) return INTERRUPTED;
    if (announcement !== undefined) throw error;
    process.stderr.write(`\n${explain(error)}\n\n`);
    return 1;
  } finally {
    await crew?.stop();
    lock?.release();
    if (crew) say.line("  Everything is stopped.");
  }
}

async function start(options: UpOptions, around: Surroundings, crew: Crew): Promise<Announcement> {
  const settings = openSettings(options.dataDir, around.environment);
  const addresses = await chooseAddresses(options, { ...settings, ...around.environment });
  await checkConfiguration(options, around);
  // The portal is built beside the database's start; when either fails the other is given up.
  const given = new AbortController();
  const building =
    options.portal && !options.dev
      ? buildPortal({ ...around, stop: AbortSignal.any([around.stop, given.signal]) }, join(options.dataDir, "logs"))
      : Promise.resolve();
  building.catch(() => undefined);
  try {
    const { databaseUrl, seeded, ...database } = await prepareDatabase({ options, around, settings, crew });
    const whole = { ...database.settings, DATABASE_URL: databaseUrl, ...innerUrls(addresses) };
    saveSettings(options.dataDir, whole);
    const environment = roleEnvironment(around.environment, whole, addresses);
    for (const role of describeRoles(options, around, { addresses, environment })) {
      if (role.name === "portal") await building;
      await around.say.timed(`The ${role.name} runs`, () => crew.startRole(role));
    }
    return { ...seeded, url: addresses.url, databaseUrl };
  } finally {
    given.abort();
    await building.catch(() => undefined);
  }
}

/** What the user can change is told in one message; a fault of ours with the place it came from. */
function explain(error: unknown) {
  if (!(error instanceof Error)) return String(error);
  return error instanceof StartError ? error.message : (error.stack ?? error.message);
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
