import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import type { Selection } from '../query/selected-customers.ts';
import { STATE_TABLES } from '../repository/customer-states.ts';
import type { StatePart } from '../repository/state-restore.ts';
import { phoneRegion } from './selection.ts';

/** Options that say which customers of a snapshot are meant. */
export interface SingleFlags {
  readonly where?: string;
  readonly id?: readonly string[];
  readonly table?: readonly string[];
  readonly country?: string;
}

const PARTS: readonly StatePart[] = ['customers', ...STATE_TABLES];

/** Which parts of the customers are meant; all of them where none is named. @throws {CrmError} USAGE */
export function partsOf({ table }: SingleFlags): ReadonlySet<StatePart> {
  const named = (table ?? PARTS).flatMap((text) => text.split(',')).map((name) => name.trim());
  for (const name of named) {
    if (PARTS.some((part) => part === name)) continue;
    const near = nearest(name, PARTS);
    throw new CrmError('USAGE', `there is no table ${name} of customers`, {
      hint: near === undefined ? `known are ${PARTS.join(', ')}` : `did you mean ${near}?`,
    });
  }
  const parts = new Set(named as StatePart[]);
  // An item belongs to an order, which it cannot be without.
  if (parts.has('orders')) parts.add('order_items');
  if (parts.has('order_items')) parts.add('orders');
  return parts;
}

/** Which customers are meant. @throws {CrmError} USAGE */
export async function selectionOf(context: Context, flags: SingleFlags): Promise<Pick<Selection, 'filter' | 'region'>> {
  const ids = (flags.id ?? []).flatMap((text) => text.split(',')).map(numberOf);
  const conditions = [
    ...(flags.where === undefined ? [] : [`(${flags.where})`]),
    ...(ids.length === 0 ? [] : [`id in (${ids.join(', ')})`]),
  ];
  return { filter: conditions.join(' and '), region: await phoneRegion(context, flags) };
}

function numberOf(text: string): number {
  const number = Number(text.trim().replace(/^#/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new CrmError('USAGE', `${text} is no id`, { hint: 'for instance: crm restore --id 12 17' });
}
