import type { Run } from '../repository/run-log.ts';
import { formatCount } from './number.ts';

/** What a run was about, in a few words: the file of an import, the customer and fields of an edit. */
export function runSubject(run: Run): string {
  const { arguments: args, undoes_run } = run;
  if (undoes_run !== null) return `run ${undoes_run}`;
  if (run.source_name !== null) return run.source_name;
  const ids = idsOf(args);
  const fields = Array.isArray(args.fields) ? args.fields.join(', ') : '';
  return [ids, fields].filter((part) => part !== '').join(' ');
}

/** What a run did, in words: `1,000 created, 3 updated`; `nothing` where all counts are zero. */
export function runCounts(run: Run): string {
  const words = Object.entries(run.counts).filter(([name, count]) => count > 0 && name !== 'read');
  return words.length === 0 ? 'nothing' : words.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ');
}

/** Whether a run changed one customer only, so that undoing it concerns nobody else. */
export function concernsOne(run: Run): boolean {
  return Object.entries(run.counts).reduce((sum, [name, count]) => (name === 'read' || name === 'repaired' ? sum : sum + count), 0) <= 1;
}

function idsOf(args: Run['arguments']): string {
  if (typeof args.id === 'number') return `#${args.id}`;
  if (!Array.isArray(args.ids)) return '';
  const ids = args.ids.slice(0, 5).map((id) => `#${String(id)}`);
  return `${ids.join(', ')}${args.ids.length > ids.length ? ', …' : ''}`;
}
