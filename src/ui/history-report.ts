import type { SqlValue } from '../engines/engine.ts';
import type { FieldValue } from '../model/customer.ts';
import type { RunDetails } from '../query/run-details.ts';
import type { RecordedChange, Run } from '../repository/run-log.ts';
import { entryLines, shortTime } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { runCounts, runSubject } from './run-text.ts';
import { type Style, styleOf } from './style.ts';
import { cutToWidth, printable } from './width.ts';

/** Numbers are never cut in a narrow terminal, nor should a time be. */
const COLUMNS = ['run', 'when', 'command', 'what', 'did', 'status', 'actor'].map((name) => ({
  name,
  type: name === 'run' || name === 'when' ? 'number' : 'text',
}));
/** Arguments that say what a run was about, which its title does too. */
const SUBJECT: ReadonlySet<string> = new Set(['id', 'ids', 'fields', 'run', 'files']);
/** What a status means, where the word does not say it. */
const STATUS: Readonly<Record<string, string>> = {
  running: 'running: still at work, or broken off; what it did by then stands',
  failed: 'failed: broken off; what it did by then stands',
};
/** Longer values are cut: a change is one line. */
const VALUE_WIDTH = 60;

/** Prints runs, the newest first. */
export async function printRuns(io: Io, mode: OutputMode, runs: readonly Run[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  await printResult(io, mode, { ok: true, command: 'history', result: { runs }, warnings: [] }, () => {
    if (runs.length === 0) return style.dim('nothing was done yet');
    const rows: SqlValue[][] = runs.map((run) => [
      run.id,
      shortTime(run.started_at),
      run.command,
      runSubject(run),
      runCounts(run),
      run.status,
      run.actor,
    ]);
    return renderTable(COLUMNS, rows, { maxWidth: io.isTty.stdout ? io.columns : null, style });
  });
}

/** Prints one run with its changes. */
export async function printRun(io: Io, mode: OutputMode, details: RunDetails, limit: number): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'history', result: { ...details }, warnings: [] }, () =>
    runLines(details, limit, style).join('\n'),
  );
}

function runLines({ run, changes, inserts }: RunDetails, limit: number, style: Style): string[] {
  const lines = [
    `${style.bold(`run ${run.id}`)}  ${run.command} ${printable(runSubject(run))}`.trimEnd(),
    ...entryLines(headerEntries(run), style.dim),
  ];
  if (inserts.length > 0) {
    const made = inserts.reduce((sum, range) => sum + range.last_id - range.first_id + 1, 0);
    const ranges = inserts
      .slice(0, limit)
      .map(({ first_id, last_id }) => (first_id === last_id ? `#${first_id}` : `#${first_id} – #${last_id}`));
    lines.push('', `${style.bold('Made')} ${plural(made, 'customer')}: ${ranges.join(', ')}${inserts.length > limit ? ', …' : ''}`);
  }
  if (changes.length > 0) lines.push('', style.bold('Changed'), ...changes.flatMap((change) => changeLines(change, style)));
  if (changes.length === limit)
    lines.push(style.dim(`  the first ${formatCount(limit)} changes · more: crm history --run ${run.id} --limit N`));
  if (run.status !== 'undone') lines.push('', style.dim(`take it back: crm undo ${run.id}`));
  return lines;
}

function headerEntries(run: Run): [string, string][] {
  const took =
    run.finished_at === null || run.finished_at === run.started_at
      ? ''
      : ` (${formatDuration(Date.parse(run.finished_at) - Date.parse(run.started_at))})`;
  const args = Object.entries(run.arguments).filter(([name, value]) => !SUBJECT.has(name) && !(Array.isArray(value) && value.length === 0));
  return [
    ['Status', STATUS[run.status] ?? run.status],
    ['When', `${run.started_at.slice(0, 19).replace('T', ' ')}${took}`],
    ['Who', `${run.actor} on ${run.host}`],
    ['Did', runCounts(run)],
    ...(args.length === 0
      ? []
      : [
          [
            'Arguments',
            args.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n'),
          ] as [string, string],
        ]),
    ...(run.source_sha256 === null ? [] : [['SHA-256', run.source_sha256] as [string, string]]),
  ];
}

function changeLines({ entity, id, action, before, after, rules }: RecordedChange, style: Style): string[] {
  const verb = { insert: 'added', update: '', delete: 'removed' }[action];
  const head =
    `  ${style.bold(`#${id}`)} ${[entity === 'customers' ? '' : entity, verb].filter((word) => word !== '').join(' ')}`.trimEnd();
  const values = action === 'delete' ? before : after;
  // Of a row that goes to another customer only that is told.
  const own = Object.keys(values ?? {}).filter((field) =>
    action === 'update' && entity !== 'customers' ? before?.[field] !== after?.[field] : entity === 'customers' || field !== 'customer_id',
  );
  const others = Object.keys(rules ?? {}).filter((field) => !own.includes(field));
  return [
    head,
    ...own.map(
      (field) =>
        `    ${style.dim(printable(field))}  ${action === 'update' ? `${shown(before?.[field])} → ` : ''}${shown(values?.[field])}${ruleText(rules?.[field], style)}`,
    ),
    ...others.map((field) => `    ${style.dim(printable(field))}  kept${ruleText(rules?.[field], style)}`),
  ];
}

/** The rule that a value follows from. */
function ruleText(rule: string | undefined, style: Style): string {
  return rule === undefined ? '' : style.dim(`  (${printable(rule)})`);
}

function shown(value: FieldValue | undefined): string {
  return value === null || value === undefined || value === '' ? '(empty)' : cutToWidth(printable(String(value)), VALUE_WIDTH);
}
