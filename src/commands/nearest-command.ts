import { nearest } from '../model/nearest.ts';
import { COMMANDS, type CommandName, commandsOf } from './index.ts';

/** What other programs call things. */
const SYNONYMS: Readonly<Record<string, string>> = {
  search: 'query',
  find: 'query',
  list: 'query',
  ls: 'query',
  select: 'query',
  get: 'show',
  view: 'show',
  create: 'add',
  new: 'add',
  insert: 'add',
  update: 'edit',
  change: 'edit',
  set: 'edit',
  remove: 'delete',
  rm: 'delete',
  load: 'import',
  dump: 'export',
  save: 'export',
  clean: 'normalize',
  deduplicate: 'dedupe find',
  duplicates: 'dedupe find',
  log: 'history',
  runs: 'history',
  revert: 'undo',
  rollback: 'undo',
  snapshot: 'backup create',
  upgrade: 'migrate up',
  copy: 'migrate copy',
  check: 'doctor',
  diagnose: 'doctor',
  vacuum: 'maintain',
};

/**
 * The command that a mistyped word most likely means: of the group that was named, else a command of that name elsewhere, what it is called
 * here, or the nearest of all. Undefined where none is near.
 */
export function nearestCommand(word: string, group: CommandName | undefined): string | undefined {
  if (group !== undefined) {
    const near = nearest(word, [...Object.keys(commandsOf(group)), 'help']);
    return near === undefined ? undefined : `${group} ${near}`;
  }
  const [seconds, synonyms] = [secondWords(), new Map(Object.entries(SYNONYMS))];
  const firsts = new Map([...Object.keys(COMMANDS), 'help'].map((name) => [name, name]));
  const exact = synonyms.get(word.toLowerCase()) ?? seconds.get(word);
  if (exact !== undefined) return exact;
  for (const names of [firsts, synonyms, seconds]) {
    const near = nearest(word, names.keys());
    if (near !== undefined) return names.get(near);
  }
  return undefined;
}

/** The second words of groups with what is typed for them: `verify` is `backup verify or crm migrate verify`. */
function secondWords(): Map<string, string> {
  const found = new Map<string, string>();
  for (const first of Object.keys(COMMANDS) as CommandName[]) {
    for (const second of Object.keys(commandsOf(first))) {
      const before = found.get(second);
      found.set(second, `${before === undefined ? '' : `${before} or crm `}${first} ${second}`);
    }
  }
  return found;
}
