import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { customRules } from '../../../src/cleansing/rules-config.ts';
import { CustomRules } from '../../../src/normalize/custom-rules.ts';
import { SCALAR_COLUMNS } from '../../../src/model/customer.ts';
import { tempDir } from '../../support/temp-dir.ts';

const folder = tempDir();
const config = join(folder, 'crm.config.json');
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const rulesOf = (...rules: readonly unknown[]) => customRules({ rules }, config);

describe('customRules', () => {
  test('reads tables, expressions and lookups, fields by name or label', () => {
    put('owners.csv', 'name,login\nEve Ray,eve\n"Moe, Jr.",moe\n,nobody\n');
    expect(
      rulesOf(
        { field: 'tier', map: { gold: 'Gold' } },
        { name: 'seniors', field: '职位', pattern: '^sr ', flags: 'i', replace: 'Senior ' },
        { field: 'owner', lookup: 'owners.csv', from: 'login', to: 'name' },
      ),
    ).toEqual([
      { name: 'tier rule', field: 'tier', map: { gold: 'Gold' } },
      { name: 'seniors', field: 'job_title', pattern: '^sr ', flags: 'i', replace: 'Senior ' },
      { name: 'owner rule', field: 'owner', map: { eve: 'Eve Ray', moe: 'Moe, Jr.' } },
    ]);
    expect(customRules(undefined, config)).toEqual([]);
    expect(customRules({}, config)).toEqual([]);
  });

  test.each([
    [{ field: 'teir', map: {} }, 'normalize.rules[0].field: there is no field teir that can be set', 'did you mean tier?'],
    [{ field: 'id', map: {} }, 'normalize.rules[0].field: there is no field id that can be set', undefined],
    [{ map: {} }, 'normalize.rules[0].field: a rule needs a field', undefined],
    [{ field: 'tier', mapp: {} }, 'normalize.rules[0].mapp: there is no such member', 'did you mean map?'],
    [{ field: 'tier' }, 'normalize.rules[0]: a rule has either map, or pattern, or lookup', undefined],
    [{ field: 'tier', map: {}, lookup: 'x.csv' }, 'normalize.rules[0]: a rule has either map, or pattern, or lookup', undefined],
    [{ field: 'tier', map: { a: 1 } }, 'normalize.rules[0].map: it must be an object of texts', '{ "gold": "Gold" }'],
    [{ field: 'tier', pattern: '(' }, 'normalize.rules[0].pattern: it is no regular expression', expect.stringContaining('(')],
    [{ field: 'tier', pattern: 7 }, 'normalize.rules[0].pattern: it must be a text', undefined],
    ['tier', 'normalize.rules[0]: a rule must be an object', '{ "field": "tier", "map": { "gold": "Gold" } }'],
    [{ field: 'owner', lookup: 'none.csv' }, 'none.csv cannot be used: it cannot be read (ENOENT)', expect.any(String)],
  ])('refuses %j', (rule, message, hint) => {
    const error = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) });
    expect(() => rulesOf(rule)).toThrow(error);
    if (hint !== undefined) expect(() => rulesOf(rule)).toThrow(expect.objectContaining({ hint }));
  });

  test('refuses other settings', () => {
    expect(() => customRules({ rule: [] }, config)).toThrow(/normalize\.rule: there is no such setting/);
    expect(() => customRules({ rules: {} }, config)).toThrow(/normalize\.rules: it must be a list/);
  });

  test.each([
    ['one column', 'a\n1\n', 'it has one column, a lookup needs two'],
    ['two meanings', 'a,b\nx,1\ny,2\nx,3\n', 'line 4 gives a value another meaning than a line before'],
    ['no such column', 'a,b\nx,1\n', 'it has no column “login”'],
    ['a broken row', 'login,b\nx,1,2,3\n', 'line 2: the record has 4 cells, the header 2'],
  ])('refuses a lookup with %s', (_, text, message) => {
    const lookup = put('lookup.csv', text);
    const columns = message.includes('login') ? { from: 'login' } : {};
    expect(() => rulesOf({ field: 'owner', lookup, ...columns })).toThrow(message);
  });
});

describe('CustomRules', () => {
  const apply = (rules: ConstructorParameters<typeof CustomRules>[0], field: string, value: string | null) => {
    const custom = new CustomRules(rules);
    const slots: (string | null)[] = SCALAR_COLUMNS.map((column) => (column === field ? value : null));
    custom.apply(slots);
    const at = SCALAR_COLUMNS.indexOf(field as (typeof SCALAR_COLUMNS)[number]);
    return [slots[at], custom.changedBy.get(at)];
  };

  test.each<[string | null, string | null, string | undefined]>([
    ['gold', 'Gold', 'tiers'],
    ['Gold', 'Gold', undefined],
    [null, null, undefined],
    ['constructor', 'constructor', undefined],
  ])('a table maps %j to %j', (value, expected, rule) => {
    expect(apply([{ name: 'tiers', field: 'tier', map: { gold: 'Gold' } }], 'tier', value)).toEqual([expected, rule]);
  });

  test('rules follow each other; one that never rests, or leaves nothing, leaves the value alone', () => {
    const first = { name: 'a', field: 'owner', map: { x: 'y' } };
    const second = { name: 'b', field: 'owner', pattern: '^y$', replace: 'z' };
    expect(apply([first, second], 'owner', 'x')).toEqual(['z', 'b']);
    expect(apply([{ name: 'grow', field: 'owner', pattern: '$', replace: '!' }], 'owner', 'x')).toEqual(['x', undefined]);
    expect(apply([{ name: 'all', field: 'owner', pattern: '.*', replace: '' }], 'owner', 'x')).toEqual(['x', undefined]);
  });
});
