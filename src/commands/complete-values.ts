import { homedir } from 'node:os';
import type { Context, GlobalOptions } from '../context.ts';
import type { NameKind } from '../ui/completion-node.ts';
import { type Io, write } from '../ui/io.ts';
import { runSubject } from '../ui/run-text.ts';

/** Somebody who presses a key does not wait, in milliseconds. */
const BUSY_MS = 50;
/** The newest runs are offered, not all there ever were. */
const RUNS = 50;
/** What would break a line, or drive a terminal. */
const UNSAFE = /\p{C}/u;

/** A name, and what it is. */
type Offer = readonly [name: string, what?: string];

const OFFERS: Readonly<Record<NameKind, (context: Context) => Promise<readonly Offer[]>>> = {
  segments: async (context) => (await open(context)).segments().then((all) => all.map(({ name, filter }) => [name, filter])),
  presets: async (context) => {
    const { presetNames } = await import('../import/preset-library.ts');
    return [...Object.keys(context.config().presets ?? {}), ...presetNames(), 'none'].map((name) => [name]);
  },
  runs: async (context) => [
    ['last', 'the newest one that stands'],
    ...(await (await open(context)).runs({ limit: RUNS })).map(
      (run): Offer => [String(run.id), `${run.command} ${runSubject(run)}`.trim()],
    ),
  ],
  jobs: async (context) => Object.keys(context.config().jobs ?? {}).map((name) => [name]),
  jobRuns: async (context) => [
    ['last', 'the newest one'],
    ...(await (await (await open(context)).jobs()).runs({ limit: RUNS })).map((run): Offer => [String(run.id), `${run.job} ${run.status}`]),
  ],
  policies: async (context) => {
    const { archiveSettings } = await import('../archive/archive-settings.ts');
    const { policies } = archiveSettings(context.config().archive, context.configPath());
    return [...policies].map(([name, filter]) => [name, filter]);
  },
  snapshots: async (context) => {
    const { repositoryFolder } = await import('./backup-flags.ts');
    const { snapshotNames } = await import('../backup/snapshot-names.ts');
    return [['latest', 'the newest one'], ...snapshotNames(repositoryFolder(context, {})).map((name): Offer => [name])];
  },
};

/**
 * `crm __complete KIND WORD…`, which the scripts of shells call: names of what there is, one a line, a tab before what it is. Silent
 * where nothing can be read; asks nobody, and takes no lock.
 * @param words the command line so far
 */
export async function printOffers(io: Io, kind: string, words: readonly string[], signal: AbortSignal): Promise<void> {
  if (!Object.hasOwn(OFFERS, kind)) return;
  const { withContext } = await import('../context.ts');
  let offers: readonly Offer[] = [];
  try {
    await withContext(io, { ...globalsOf(words, io.env.HOME ?? homedir()), input: false }, signal, async (context) => {
      offers = await OFFERS[kind as NameKind](context);
    });
  } catch {
    // there is nothing to offer, and a shell shows no errors between two keys
  }
  const safe = offers.filter(([name]) => name !== '' && !UNSAFE.test(name));
  const lines = safe.map(([name, what = '']) => (what === '' || UNSAFE.test(what) ? `${name}\n` : `${name}\t${what}\n`));
  await write(io.stdout, lines.join(''));
}

async function open(context: Context) {
  return context.openRepository({ busyTimeoutMs: BUSY_MS });
}

/** The database and the config file that a command line names; bash cuts words at the equals sign. */
function globalsOf(words: readonly string[], home: string): GlobalOptions {
  const given = (flag: string): string | undefined => {
    const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
    if (at < 0) return undefined;
    const [word, next, afterNext] = words.slice(at) as [string, string?, string?];
    const text = word === flag ? (next === '=' ? afterNext : next) : word.slice(flag.length + 1);
    return text?.replace(/^(["'])(.*)\1$/, '$2').replace(/^~(?=\/)/, home);
  };
  const [db, config] = [given('--db'), given('--config')];
  return { ...(db === undefined ? {} : { db }), ...(config === undefined ? {} : { config }) };
}
