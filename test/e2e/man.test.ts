import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { ROOT } from '../support/cli.ts';
import { COMMAND_NAMES, GROUP_NAMES } from '../support/command-names.ts';
import { runProgram } from '../support/run-program.ts';

const FOLDER = join(ROOT, 'man');
const PAGES = ['crm', ...[...COMMAND_NAMES, ...GROUP_NAMES].map((name) => `crm-${name.replaceAll(' ', '-')}`)].map((name) => `${name}.1`);
const page = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const titles = (text: string): string[] => [...text.matchAll(/^\.SH "(.*)"$/gm)].map((match) => match[1] as string);
const hasGroff = spawnSync('groff', ['--version']).status === 0;

describe('man pages, made by the build', () => {
  test('there is one for the program, each group and each command, and no other', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...PAGES].sort());
  });

  test('npm installs them', () => {
    const { directories, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, never>;
    expect(directories).toEqual({ man: 'man' });
    expect(files).toContain('man');
  });

  test.each(PAGES)('%s has its parts, examples first', (name) => {
    const text = page(name);
    expect(text).toMatch(/^\.TH "CRM[A-Z\\-]*" 1 /);
    const found = titles(text);
    expect(found.slice(0, 4)).toEqual(['NAME', 'SYNOPSIS', 'EXAMPLES', 'DESCRIPTION']);
    expect(found).toEqual(expect.arrayContaining(['OPTIONS', 'EXIT STATUS', 'SEE ALSO']));
    // A line that begins with a dot is a request: of the few that are used.
    const requests = new Set([...text.matchAll(/^\.(\w+)/gm)].map((match) => match[1]));
    expect(
      [...requests].filter((request) => !['TH', 'SH', 'B', 'BR', 'TP', 'PP', 'RS', 'RE', 'nf', 'fi'].includes(request as string)),
    ).toEqual([]);
    expect(text).not.toMatch(/^'/m);
  });

  test('crm.1 names all exit statuses and environment variables', () => {
    const text = page('crm.1').replaceAll('\\-', '-');
    for (const status of new Set(Object.values(EXIT_CODES))) expect(text).toMatch(new RegExp(`^\\.B .*\\b${status}\\b`, 'm'));
    for (const name of ['CRM_DB', 'CRM_KEY_FILE', 'CRM_BACKUP_PASSPHRASE', 'NO_COLOR']) expect(text).toContain(name);
    expect(titles(text)).toContain('ENVIRONMENT');
  });

  test.skipIf(!hasGroff)('groff finds nothing wrong with any', { timeout: 60_000 }, async () => {
    const { exitCode, stderr } = await runProgram('groff', [
      '-man',
      '-ww',
      '-k',
      '-Tutf8',
      '-z',
      ...PAGES.map((name) => join(FOLDER, name)),
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test.skipIf(!hasGroff)('shows what was written: backslashes, quotes, hyphens, Chinese', async () => {
    const shown = async (name: string): Promise<string> =>
      (await runProgram('groff', ['-man', '-k', '-Tutf8', '-P-cbou', '-rLL=200n', join(FOLDER, name)])).stdout;
    expect(await shown('crm-import.1')).toContain('between cells; \\t is the tab (default: found out)');
    expect(await shown('crm-query.1')).toContain('crm query "country = 中国" --format csv > china.csv');
    expect(await shown('crm.1')).toContain('crm query "city = Berlin" --sort name');
  });
});
