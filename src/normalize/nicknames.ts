import { fold } from '../model/fold.ts';
import { INDEPENDENT, NICKNAMES, OTHER_GIVEN_NAMES } from './name-nicknames.ts';

interface Tables {
  /** Nickname → the formal names it may stand for. */
  readonly formal: ReadonlyMap<string, readonly string[]>;
  readonly independent: ReadonlySet<string>;
  readonly given: ReadonlySet<string>;
}

let tables: Tables | undefined;

/**
 * The formal name that a nickname stands for, in folded letters: `Bob` → `robert`. Null for a word that is no nickname,
 * stands for several names (`Alex`), or is a formal name itself (`Jack`, `Robert`).
 */
export function formalName(word: string): string | null {
  const { formal, independent, given } = loadTables();
  const folded = fold(word);
  const names = formal.get(folded);
  return names?.length === 1 && !independent.has(folded) && !given.has(folded) ? (names[0] as string) : null;
}

/** Whether two given names may be one person's: equal, nickname and formal name, or nicknames of one formal name. Symmetric. */
export function sameNickname(a: string, b: string): boolean {
  const { formal } = loadTables();
  const one = fold(a);
  const other = fold(b);
  if (one === other) return true;
  const names = [one, ...(formal.get(one) ?? [])];
  const others = [other, ...(formal.get(other) ?? [])];
  return names.some((name) => others.includes(name));
}

/** Whether a word is a common given name in its formal form; many common names are not in the table. */
export function isGivenName(word: string): boolean {
  return loadTables().given.has(fold(word));
}

function loadTables(): Tables {
  tables ??= readTables();
  return tables;
}

function readTables(): Tables {
  const formal = new Map<string, string[]>();
  const given = new Set(OTHER_GIVEN_NAMES.split(' '));
  for (const line of NICKNAMES.trim().split(/[|\n]/)) {
    const [name = '', nicknames = ''] = line.split(': ');
    given.add(name);
    for (const nickname of nicknames.split(' ')) {
      const names = formal.get(nickname);
      if (names === undefined) formal.set(nickname, [name]);
      else if (!names.includes(name)) names.push(name);
    }
  }
  return { formal, independent: new Set(INDEPENDENT.split(' ')), given };
}

/** The formal names that a word in folded letters may stand for as a nickname; none where it is no nickname. */
export function formalNames(folded: string): readonly string[] {
  return loadTables().formal.get(folded) ?? [];
}
