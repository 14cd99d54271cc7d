import type { WatchedFile } from '../job/watched-import.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { type Io, say, write } from './io.ts';
import { countWords } from './job-report.ts';
import { styleOf } from './style.ts';
import { printable } from './width.ts';

const WIDTH = 'imported'.length;

/** Says that the watching has begun, and how it ends. */
export async function sayWatching(io: Io, mode: OutputMode, folder: string): Promise<void> {
  if (!mode.json && !mode.quiet) await say(io, `watching ${printable(folder)}; Ctrl-C ends it after the file at hand\n`);
}

/** Prints what became of one file: a line, or with `--json` an object of its own; with `--quiet` only what is not well. */
export async function printWatched(io: Io, mode: OutputMode, file: WatchedFile): Promise<void> {
  if (mode.json) {
    const { run, ...rest } = file;
    await printResult(io, mode, { ok: true, command: 'watch', ...(run === null ? {} : { run }), result: { run, ...rest }, warnings: [] });
    return;
  }
  const isWell = file.status === 'imported' || file.status === 'known';
  if (mode.quiet && isWell) return;
  const style = await styleOf(io, isWell ? 'stdout' : 'stderr');
  const colour = isWell ? style.green : file.status === 'waiting' ? style.yellow : style.red;
  const words = [
    countWords(file.counts),
    file.message ?? '',
    file.run === null || file.status === 'known' ? '' : `run ${file.run}`,
    file.rejects === null ? '' : `rejected rows: ${file.rejects}`,
    file.movedTo === null ? '' : `now ${file.movedTo}`,
  ].filter((part) => part !== '');
  const time = style.dim(new Date().toISOString().slice(0, 19).replace('T', ' '));
  const line = `${time}  ${colour(file.status.padEnd(WIDTH))}  ${printable(`${file.file}: ${words.join('; ')}`)}\n`;
  if (isWell) await write(io.stdout, line);
  else await say(io, line);
}
