import type { Diagnosis } from '../maintain/diagnosis.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { displayWidth, printable } from './width.ts';

/** Behind the state and the area. */
const INDENT = 18;
const SMALLEST = 20;

/** Tells what was found, and how each thing is put right; with `--quiet` only what is wrong. */
export async function printDoctor(io: Io, mode: OutputMode, found: readonly Diagnosis[], elapsedMs: number): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const count = (state: Diagnosis['state']): number => found.filter((one) => one.state === state).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const isWrong = ({ state }: Diagnosis): boolean => state === 'problem' || state === 'warning';
  const shown = mode.quiet ? found.filter(isWrong) : found;
  // What is wrong is said even when only that is wanted.
  const quietly = { ...mode, quiet: mode.quiet && shown.length === 0 };
  const width = io.isTty.stdout ? io.columns : null;
  const result = { checks: found, problems, warnings, elapsedMs };
  await printResult(io, quietly, { ok: true, command: 'doctor', result, warnings: [] }, () =>
    [...shown.flatMap((one) => lines(one, style, width)), summary(problems, warnings, elapsedMs)].join('\n'),
  );
}

function summary(problems: number, warnings: number, elapsedMs: number): string {
  const words = [problems > 0 ? plural(problems, 'problem') : '', warnings > 0 ? plural(warnings, 'warning') : ''].filter(
    (part) => part !== '',
  );
  return `${words.length === 0 ? 'nothing is wrong' : words.join(', ')}; looked at in ${formatDuration(elapsedMs)}`;
}

function lines({ area, state, message, fix }: Diagnosis, style: Style, width: number | null): string[] {
  const marks = {
    ok: style.green('ok     '),
    note: style.dim('note   '),
    warning: style.yellow('warning'),
    problem: style.red('problem'),
  };
  const [first = '', ...rest] = wrapped(printable(message), width);
  const indent = ' '.repeat(INDENT);
  const fixes = fix === null ? [] : wrapped(`→ ${printable(fix)}`, width).map((line) => indent + style.cyan(line));
  return [`${marks[state]} ${area.padEnd(INDENT - 9)} ${first}`, ...rest.map((line) => indent + line), ...fixes];
}

/** A text in lines that fit behind the area; one line in a pipe. A word that is too long stays whole: it may be a path to be copied. */
function wrapped(text: string, width: number | null): string[] {
  if (width === null) return [text];
  const room = Math.max(SMALLEST, width - INDENT);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && displayWidth(`${line} ${word}`) <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
