import type { Kept } from '../repository/undo.ts';
import { formatCount, plural } from './number.ts';
import type { Style } from './style.ts';
import { printable } from './width.ts';

const SHOWN = 20;

/** What was changed since and so was left alone; no lines where nothing was. */
export function keptLines(kept: readonly Kept[], style: Style): string[] {
  if (kept.length === 0) return [];
  const lines = [`${style.yellow(`kept ${plural(kept.length, 'value')}`)} that would have lost a later change:`];
  for (const { entity, id, field, reason } of kept.slice(0, SHOWN)) {
    const place = [entity === 'customers' ? '' : entity, field === '*' ? '' : printable(field)].filter((part) => part !== '').join(' ');
    lines.push(`  #${id} ${place === '' ? '' : `${place}: `}${reason}`);
  }
  if (kept.length > SHOWN) lines.push(style.dim(`  and ${formatCount(kept.length - SHOWN)} more: --json lists all`));
  return lines;
}
