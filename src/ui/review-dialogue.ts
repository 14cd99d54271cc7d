import { contradictionText } from '../dedupe/contradictions.ts';
import type { Answer, Answered, ReviewSession } from '../dedupe/review-session.ts';
import { CrmError } from '../errors.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import { type Io, say } from './io.ts';
import { KeyReader } from './key-reader.ts';
import { reviewHelp, type ReviewView, reviewScreen } from './review-screen.ts';
import { type Style, styleOf } from './style.ts';

/** What a screen shows of a pair; the dialogue adds where it stands. */
export type LoadPair = (pair: DuplicatePair) => Promise<Omit<ReviewView, 'pair' | 'position' | 'open'> | null>;

const ANSWERS: Readonly<Record<string, Answer>> = { y: 'same', n: 'distinct', u: 'unsure', s: 'later' };
const CLEAR = '\u001b[H\u001b[2J';

/**
 * Shows pair after pair and takes the answers, until there is none left or somebody quits.
 * @param load null where one of the two customers is gone since
 * @throws {CrmError} INTERRUPTED on Ctrl-C and signals; the answers before are kept
 */
export async function reviewDialogue(io: Io, session: ReviewSession, load: LoadPair, signal: AbortSignal): Promise<void> {
  const style = await styleOf(io, 'stderr');
  const keys = new KeyReader(io.stdin, signal);
  keys.start();
  try {
    await ask(io, session, load, keys, style);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'INTERRUPTED') throw error;
    const { same, distinct } = session.counts;
    throw new CrmError('INTERRUPTED', `interrupted; the answers that were given (${same + distinct}) are kept`, {
      hint: 'go on with: crm dedupe review',
      details: { same, distinct },
      cause: error,
    });
  } finally {
    keys.stop();
    await say(io, '\n');
  }
}

async function ask(io: Io, session: ReviewSession, load: LoadPair, keys: KeyReader, style: Style): Promise<void> {
  let note = '';
  for (;;) {
    const pair = await session.current();
    if (pair === null) return;
    const view = await load(pair);
    if (view === null) {
      session.skip();
      continue;
    }
    const { position } = session;
    const screen = { columns: io.columns, rows: rowsOf(io), style };
    const lines = reviewScreen({ ...view, pair, position, open: await session.open() }, screen);
    await say(io, `${io.env.TERM === 'dumb' ? '\n' : CLEAR}${note === '' ? '' : `${note}\n`}${lines.join('\n')}\n`);
    note = '';
    for (let isOpen = true; isOpen; ) {
      const key = await keys.next();
      if (key === null || key === 'q') return;
      const answer = ANSWERS[key];
      if (answer !== undefined) {
        note = noteOf(await session.answer(answer), style);
        isOpen = false;
      } else if (key === 'b') {
        isOpen = !(await session.back());
        if (isOpen) await say(io, `${style.dim('this is the first pair: there is no answer to take back')}\n`);
      } else if (key === '?' || key === 'h') await say(io, `${reviewHelp({ style }).join('\n')}\n`);
      else isOpen = false; // any other key draws the pair again
    }
  }
}

function noteOf({ decidedMeanwhile, contradiction }: Answered, style: Style): string {
  if (decidedMeanwhile !== null) {
    const { left, right, decision, decidedBy } = decidedMeanwhile;
    return style.yellow(`! #${left} and #${right} were decided meanwhile by ${decidedBy}: ${decision}; your answer was not written`);
  }
  if (contradiction === null) return '';
  return style.yellow(`! this contradicts earlier answers: ${contradictionText(contradiction)} (b takes it back)`);
}

function rowsOf(io: Io): number | null {
  const { rows } = io.stderr as { rows?: number };
  return typeof rows === 'number' && rows > 0 ? rows : null;
}
