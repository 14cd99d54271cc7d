import type { ChangeLimit, NormalizeOptions } from '../cleansing/normalize-customers.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { FIELDS, fieldByNameOrLabel } from '../model/fields.ts';
import { nearest } from '../model/nearest.ts';
import { amountOf } from './amount.ts';
import { regionOf } from './region.ts';
import { rulesOf } from './rules.ts';
import { wholeNumber } from './selection.ts';

/** Flags of `crm normalize`. */
export interface NormalizeFlags {
  readonly field?: readonly string[];
  readonly where?: string;
  readonly segment?: string;
  readonly dryRun?: boolean;
  readonly plan?: string;
  readonly check?: boolean;
  readonly fill?: boolean;
  readonly keys?: boolean;
  readonly country?: string;
  readonly maxChanged?: string;
  readonly samples?: string;
}

/** Fields that may be named: what has a normaliser, and further addresses and numbers. */
const NAMES: readonly string[] = [...FIELDS.filter(({ normalizer }) => normalizer !== undefined).map(({ name }) => name), 'contact_points'];

/** What the flags ask for. @throws {CrmError} USAGE, UNKNOWN_FIELD, CONFIG_INVALID */
export async function normalizeOptions(context: Context, flags: NormalizeFlags): Promise<NormalizeOptions> {
  const samples = wholeNumber('--samples', flags.samples);
  return {
    fields: (flags.field ?? []).map(fieldName),
    fill: flags.fill ?? false,
    region: regionOf(flags.country ?? context.config().country),
    rules: await rulesOf(context),
    mode: flags.dryRun === true || flags.check === true ? 'look' : 'write',
    ...(samples === undefined ? {} : { samples }),
    ...(flags.maxChanged === undefined ? {} : { maxChanged: changeLimit(flags.maxChanged) }),
    arguments: { ...flags },
  };
}

function fieldName(text: string): string {
  const name = fieldByNameOrLabel(text)?.name ?? text;
  if (NAMES.includes(name)) return name;
  const near = nearest(text, NAMES);
  throw new CrmError('UNKNOWN_FIELD', `there is no field ${text} to normalise${near === undefined ? '' : `; did you mean ${near}?`}`, {
    hint: `fields are ${NAMES.join(', ')}`,
  });
}

function changeLimit(text: string): ChangeLimit {
  const amount = amountOf('--max-changed', text, 'customers', ['1000', '5%']);
  return 'share' in amount ? amount : { customers: amount.count };
}
