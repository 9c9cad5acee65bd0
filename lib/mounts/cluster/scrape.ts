import { type Crew, type Member, tell } from "./crew.ts";
import { addGrowing, type Families, type Family, mergeMetrics, type Part, parseMetrics } from "./merge-metrics.ts";

/** One that is busier than that is told with what it said last. */
const ANSWER_MS = 1_000;

export type Scrape = {
  /** The metrics of all processes as one text. */
  readonly gather: () => Promise<string>;
  /** A process has answered. */
  readonly hear: (id: number, text: string) => void;
  /** The last word of a process that leaves in order. */
  readonly note: (member: Member, text: string) => void;
  readonly forget: (member: Member) => void;
};

type Options = { readonly crew: () => Crew; readonly renderOwn: () => string };

/** Asks every process for its metrics and adds them up, together with what those had counted that are gone. */
export function createScrape({ crew, renderOwn }: Options): Scrape {
  const asked = new Map<number, (text: string) => void>();
  const said = new Map<Member, Families>();
  const gone = new Map<string, Family>();
  let lastId = 0;
  let gathering: Promise<string> | undefined;

  const ask = (member: Member): Promise<void> =>
    new Promise((resolve) => {
      const id = ++lastId;
      const finish = () => {
        clearTimeout(late);
        asked.delete(id);
        resolve();
      };
      const late = setTimeout(finish, ANSWER_MS);
      asked.set(id, (text) => {
        note(member, text);
        finish();
      });
      tell(member, { kind: "render", id });
    });
  const note = (member: Member, text: string): void => {
    if (crew().members().includes(member)) said.set(member, parseMetrics(text));
  };
  const gatherOnce = async (): Promise<string> => {
    const listening = () =>
      crew()
        .members()
        .filter((member) => member.isListening);
    await Promise.all(listening().map(ask));
    const parts = listening().flatMap((member): Part[] => {
      const families = said.get(member);
      return families === undefined ? [] : [{ process: nameOf(member), families }];
    });
    return mergeMetrics(parts, gone) + renderOwn();
  };

  return {
    gather() {
      gathering ??= gatherOnce().finally(() => {
        gathering = undefined;
      });
      return gathering;
    },
    hear: (id, text) => asked.get(id)?.(text),
    note,
    forget(member) {
      addGrowing(gone, said.get(member) ?? new Map());
      said.delete(member);
    },
  };
}

/** While it leaves, another has its number. */
const nameOf = ({ number, isLeaving, worker }: Member) => (isLeaving ? `${number} leaving ${worker.id}` : `${number}`);
