import { CrmError } from '../errors.ts';

/** Names of tables with commas between. @throws {CrmError} USAGE */
export function tableNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new CrmError('USAGE', '--tables: a name is missing', { hint: 'for instance: --tables customers,orders' });
}
