import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../src/model/filter-parser.ts';
import { CONSISTENCY_RULES } from '../../../src/quality/consistency-rules.ts';
import { fieldFindings } from '../../../src/quality/field-findings.ts';
import { examplesCommand, normalizeCommand, queryCommand } from '../../../src/quality/finding-commands.ts';
import { CaseCounter, worstFirst } from '../../../src/quality/finding-list.ts';

const NO_CUSTOM = { isCustomField: () => false };

test.each([
  [queryCommand('email is empty', null), 'crm query "email is empty"'],
  [queryCommand('email is empty', "city = 'New York'"), `crm query "(city = 'New York') and (email is empty)"`],
  [queryCommand('phone is empty', 'owner = \'$x "y"\''), `crm query '(owner = '\\''$x "y"'\\'') and (phone is empty)'`],
  [normalizeCommand('phone', null), 'crm normalize --field phone'],
  [normalizeCommand('phone', 'country = CN'), 'crm normalize --field phone --where "country = CN"'],
  [examplesCommand('country_phone', [3, 8], null), 'crm query "id in (3, 8)"'],
  [examplesCommand('contact_order', [3], 'country = CN'), 'crm query "id in (3)"'],
])('%s', (command, expected) => {
  expect(command).toBe(expected);
});

test.each(["city = 'O''Hara $HOME `x` \\ ! \"q\"'", "name = '王小明'"])('a shell gives the filter back: %s', (filter) => {
  const words = queryCommand('email is empty', filter).replace(/^crm query /, '');
  expect(execFileSync('sh', ['-c', `printf %s ${words}`], { encoding: 'utf8' })).toBe(`(${filter}) and (email is empty)`);
});

test('the filters of all rules are of the filter language', () => {
  for (const { filter } of CONSISTENCY_RULES) if (filter !== undefined) expect(() => parseFilter(filter, NO_CUSTOM)).not.toThrow();
});

describe('findings', () => {
  test('name the lowest ids and no value', () => {
    const cases = new CaseCounter(2);
    for (const id of [3, 5, 8]) cases.add('invalid.email', id);
    cases.add('empty.name', 9);
    cases.add('not_canonical.phone', 4);
    const findings = worstFirst(fieldFindings(cases, () => true, null));
    expect(findings.map(({ id, count, examples, command }) => [id, count, examples, command])).toEqual([
      ['invalid.email', 3, [3, 5], 'crm query "id in (3, 5)"'],
      ['not_canonical.phone', 1, [4], 'crm normalize --field phone'],
      ['empty.name', 1, [9], 'crm query "name is empty"'],
    ]);
  });

  test('a field that nobody uses is not missed', () => {
    const cases = new CaseCounter(1);
    cases.add('empty.owner', 1);
    expect(fieldFindings(cases, () => false, null)).toEqual([]);
  });
});
