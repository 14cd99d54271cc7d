import type { CrmError } from '../errors.ts';
import { MAX_REVIEWS, type Overview } from '../maintain/overview.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { runCounts, runSubject } from './run-text.ts';
import type { Style } from './style.ts';
import { cutToWidth, displayWidth, printable } from './width.ts';

/** A command line, and what it is for. */
type Line = readonly [command: string, remark: string];

const LABEL = 10;
const MORE = 'More: crm --help for all of it, crm import --help for one command';
/** A backup that is older is worth another one, in milliseconds. */
const OLD_BACKUP_MS = 7 * 86_400_000;

/** What to type first where there is no database. @param file a file of customers in this folder, as a shell reads it; null where none is seen */
export function firstSteps(file: string | null, names: readonly string[], style: Style, width: number): string {
  const name = file ?? 'contacts.csv';
  const steps: Line[] = [
    [`crm inspect ${name}`, 'what is in the file; changes nothing'],
    [`crm import ${name}`, file === null ? 'read a file; the first one makes ./crm.db' : 'read it; this makes ./crm.db'],
    ['crm query "city = Berlin"', 'then find customers'],
  ];
  return [
    style.bold('crm keeps a customer database clean, findable and safe.'),
    `There is none here yet. ${file === null ? 'To begin' : 'This folder has a file to begin with'}:`,
    '',
    ...columns(steps, style, width),
    '',
    ...wrapped(`Commands: ${names.join(' ')}`, width),
    MORE,
    '',
  ].join('\n');
}

/** What is in the database, and what to do next. */
export function overviewText(overview: Overview, now: Date, style: Style, width: number): string {
  const { database, customers } = overview;
  const head = customers === null ? `what is in ${database} cannot be read` : `${plural(customers, 'customer')} in ${database}`;
  return [
    style.bold(cutToWidth(printable(head), width)),
    ...facts(overview, now).map(([label, text]) => cutToWidth(`  ${label.padEnd(LABEL)}${printable(text)}`, width)),
    '',
    ...columns(nextSteps(overview, now), style, width),
    '',
    MORE,
    '',
  ].join('\n');
}

/** What to do where the database cannot be opened. */
export function cannotOpen(error: CrmError, style: Style, width: number): string {
  return [
    ...wrapped(`The database cannot be looked at: ${printable(error.message)}`, width).map(style.yellow),
    ...(error.hint === undefined ? [] : wrapped(`  ${printable(error.hint)}`, width).map(style.dim)),
    '',
    '  crm doctor   what is wrong, and the command that puts it right',
    '',
    MORE,
    '',
  ].join('\n');
}

function facts({ lastRun, reviews, lastBackup, lastJob, nextJob }: Overview, now: Date): [string, string][] {
  const ago = (time: string): string => agoText(now.getTime() - Date.parse(time));
  const found: [string, string][] = [];
  if (lastRun !== null) {
    const what = [lastRun.command, runSubject(lastRun)].filter((part) => part !== '').join(' ');
    found.push(['last run', `${lastRun.id}, ${ago(lastRun.started_at)}: ${what} (${runCounts(lastRun)})`]);
  }
  if (reviews !== null && reviews > 0) {
    const number = reviews < MAX_REVIEWS ? plural(reviews, 'pair') : `${formatCount(MAX_REVIEWS)} pairs or more`;
    found.push(['review', `${number} that may be one customer`]);
  }
  if (lastBackup !== null) found.push(['backup', lastBackup === 'none' ? 'there is none' : ago(lastBackup)]);
  if (lastJob !== null) found.push(['job', `${lastJob.job}, ${ago(lastJob.started_at)}: ${lastJob.status}`]);
  if (nextJob !== null) found.push(['next job', `${nextJob.job}, ${nextJob.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`]);
  return found;
}

function nextSteps({ customers, lastRun, reviews, lastBackup, lastJob }: Overview, now: Date): Line[] {
  const steps: Line[] = [];
  if (customers === null) return [['crm doctor', 'what is wrong, and the command that puts it right']];
  if (customers === 0) steps.push(['crm import FILE', 'read customers in']);
  if (lastJob !== null && lastJob.status !== 'done' && lastJob.status !== 'running')
    steps.push([`crm job show ${lastJob.id}`, 'why the job did not get through']);
  if (lastBackup === 'none' || (lastBackup !== null && now.getTime() - Date.parse(lastBackup) > OLD_BACKUP_MS))
    steps.push(['crm backup create', 'a snapshot that is proven to restore']);
  if ((reviews ?? 0) > 0) steps.push(['crm dedupe review', 'decide which pairs are the same']);
  else if (lastRun?.command === 'import' && customers !== 0) steps.push(['crm dedupe find --new', 'look for duplicates in what came in']);
  if (lastRun !== null && lastRun.status === 'done') steps.push([`crm undo ${lastRun.id}`, 'take the last run back']);
  return [...steps.slice(0, 3), ['crm doctor', 'whether something is wrong']];
}

function columns(lines: readonly Line[], style: Style, width: number): string[] {
  const column = Math.max(...lines.map(([command]) => displayWidth(command)));
  return lines.map(([command, remark]) => {
    const text = printable(command);
    const isTooWide = 2 + column + 3 + displayWidth(remark) > width;
    return isTooWide ? `  ${text}` : `  ${text}${' '.repeat(column - displayWidth(text))}   ${style.dim(remark)}`;
  });
}

/** `less than a minute ago`, `3 h ago`, `12 days ago` */
function agoText(ageMs: number): string {
  const hours = Math.floor(ageMs / 3_600_000);
  if (hours >= 48) return `${formatCount(Math.floor(hours / 24))} days ago`;
  if (hours >= 1) return `${hours} h ago`;
  return ageMs < 60_000 ? 'just now' : `${formatDuration(Math.floor(ageMs / 60_000) * 60_000).replace(/ 00 s$/, '')} ago`;
}

/** A text in lines that fit, the second and later ones indented. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && displayWidth(`${line} ${word}`) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(line === undefined ? word : `  ${word}`);
  }
  return lines;
}
