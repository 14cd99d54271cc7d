import { describe, expect, test } from 'vitest';
import * as ruleModule from './support/architecture-rules.ts';
import { parseSource, readSourceTree } from './support/source-tree.ts';

const rules: Readonly<Record<keyof typeof ruleModule, ruleModule.Rule>> = { ...ruleModule };
const tree = readSourceTree();

describe('the source keeps the rules of the house', () => {
  test('there is a source', () => {
    expect(tree.length).toBeGreaterThan(20);
  });

  test.each(Object.entries(rules))('%s', (_name, rule) => {
    expect(rule(tree)).toEqual([]);
  });
});

describe('the rules catch what they forbid', () => {
  const doc = '/** x */\n';
  test.each<[keyof typeof rules, Record<string, string>, string[]]>([
    [
      'importsPointDown',
      { 'src/model/a.ts': `import { b } from '../engines/b.ts';` },
      ['src/model/a.ts -> src/engines/b.ts: model may not import engines'],
    ],
    [
      'importsPointDown',
      { 'src/import/a.ts': `import type { b } from '../dedupe/b.ts';` },
      ['src/import/a.ts -> src/dedupe/b.ts: import may not import dedupe'],
    ],
    [
      'importsPointDown',
      { 'src/normalize/a.ts': `export * from '../repository/b.ts';` },
      ['src/normalize/a.ts -> src/repository/b.ts: normalize may not import repository'],
    ],
    [
      'importsPointDown',
      { 'src/ui/a.ts': `const b = await import('../commands/b.ts');` },
      ['src/ui/a.ts -> src/commands/b.ts: ui may not import commands'],
    ],
    [
      'importsPointDown',
      { 'src/engines/a.ts': `type B = import('../main.ts').B;` },
      ['src/engines/a.ts -> src/main.ts: engines may not import main'],
    ],
    [
      'importsPointDown',
      { 'src/formats/a.ts': `new Worker(new URL('../import/b-worker.ts', import.meta.url));` },
      ['src/formats/a.ts -> src/import/b-worker.ts: formats may not import import'],
    ],
    [
      'importsPointDown',
      {
        'src/import/a.ts': `import '../normalize/b.ts'; import './c.ts'; import '../errors.ts';`,
        'src/job/a.ts': `import '../backup/b.ts';`,
      },
      [],
    ],
    [
      'noCycles',
      { 'src/a.ts': `import './b.ts';`, 'src/b.ts': `import type { C } from './c.ts';`, 'src/c.ts': `import './b.ts';` },
      ['src/b.ts -> src/c.ts -> src/b.ts'],
    ],
    ['importsExist', { 'src/a.ts': `import './b.js';` }, ['src/a.ts -> src/b.js: no such file']],
    [
      'librariesHaveOwners',
      { 'src/commands/a.ts': `import pg from 'pg'; import { Command } from 'commander';` },
      ['src/commands/a.ts: pg belongs to ^src\\/(engines|connectors)\\/postgres[^/]*\\.ts$'],
    ],
    [
      'librariesHaveOwners',
      { 'src/normalize/phone.ts': `import 'libphonenumber-js/core'; import 'node:fs'; import '@a/b/c';` },
      ['src/normalize/phone.ts: @a/b has no owner; name one in test/support/architecture-rules.ts'],
    ],
    ['shortFilesAndFunctions', { 'src/a.ts': `${'\n'.repeat(300)}const a = 1;\n` }, ['src/a.ts: 301 lines (at most 300)']],
    [
      'shortFilesAndFunctions',
      { 'src/a.ts': `const a = () => {${'\n'.repeat(50)}};` },
      ['src/a.ts:1: a function of 51 lines (at most 50)'],
    ],
    [
      'noExitNoConsole',
      { 'src/a.ts': `// process.exit(1)\nprocess.exit(1);\nconsole.log(1);\nprocess.exitCode = 1;` },
      ['src/a.ts:2: process.exit: set process.exitCode and return', 'src/a.ts:3: console: write through the Io'],
    ],
    [
      'noDefaultExport',
      { 'src/a.ts': `export default 1;`, 'src/b.ts': `const b = 1; export { b as default };` },
      ['src/a.ts:1: default export', 'src/b.ts:1: default export'],
    ],
    [
      'sqlStaysBelow',
      { 'src/query/a.ts': 'const a = `UPDATE x\nSET y`; const b = "select"; // SELECT', 'src/engines/b.ts': `const c = 'SELECT 1';` },
      ['src/query/a.ts:1: SQL in a string: "UPDATE x\\nSET y"'],
    ],
    [
      'tellingFileNames',
      { 'src/date-utils.ts': '', 'src/Table.ts': '', 'src/types.ts': '', 'src/postgres-types.ts': '' },
      [
        'src/date-utils.ts: named after nothing in particular',
        'src/Table.ts: not kebab-case',
        'src/types.ts: named after nothing in particular',
      ],
    ],
    [
      'exportsAreDocumented',
      { 'src/a.ts': `export const a = 1;\n/* no */\nexport type B = 1;\n${doc}export class C {}\nexport interface D {}` },
      ['src/a.ts: a', 'src/a.ts: B', 'src/a.ts: D'],
    ],
    [
      'exportsAreDocumented',
      {
        'src/a.ts': `${doc}function a() {}\nfunction b() {}\nexport { a, b };\nexport { c } from './c.ts';\n${doc}// tool\nexport const d = 1;`,
      },
      ['src/a.ts: b'],
    ],
    [
      'exportsAreDocumented',
      { 'src/a.ts': `${doc}export function a(x: 1): 1;\nexport function a(x: 2): 2;\nexport function a(x: number) { return x; }` },
      [],
    ],
  ])('%s (%#)', (name, files, breaches) => {
    const sources = Object.entries(files).map(([path, text]) => parseSource(path, text));
    expect(rules[name](sources)).toEqual(breaches);
  });
});
