import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { sampleFolder } from '../support/sample-database.ts';

let cwd = '';

beforeAll(async () => {
  cwd = await sampleFolder();
  writeFileSync(
    join(cwd, 'crm.config.json'),
    `{ "jobs": { "nightly": { "steps": [{ "run": "normalize" }] } },
       "archive": { "policies": { "inactive": "last_contacted_at < -3y" } } }`,
  );
  for (const args of [
    ['query', 'city = Berlin', '--save', 'berliners', '--quiet'],
    ['job', 'run', 'nightly', '--quiet'],
    ['backup', 'create', '--quiet'],
  ])
    expect(await runCli(args, { cwd })).toMatchObject({ exitCode: 0 });
});

describe('what was mistyped gets the name that was meant', () => {
  test.each<[string[], string]>([
    // commands
    [['dedup'], 'did you mean crm dedupe?'],
    [['backup', 'prun'], 'did you mean crm backup prune?'],
    [['prune'], 'did you mean crm backup prune?'],
    [['verify'], 'did you mean crm backup verify or crm migrate verify?'],
    [['serach', 'x'], 'did you mean crm query?'],
    [['search', 'x'], 'did you mean crm query?'],
    [['update', '1'], 'did you mean crm edit?'],
    [['rollback'], 'did you mean crm undo?'],
    [['docter'], 'did you mean crm doctor?'],
    [['constructor'], 'see: crm --help'],
    // options and their choices
    [['query', '--sorte', 'name'], 'did you mean --sort?'],
    [['backup', 'create', '--encript'], 'did you mean --encrypt?'],
    [['import', 'people.csv', '--format', 'xslx'], 'did you mean xlsx?'],
    [['import', 'people.csv', '--on-match', 'updat'], 'did you mean --on-match update?'],
    [['import', 'people.csv', '--blank', 'zzz'], 'see: crm import --help'],
    [['query', '--format', 'ndjsn'], 'did you mean --format ndjson?'],
    [['export', 'a.jsn'], 'did you mean json?'],
    [['completion', 'bsh'], 'did you mean bash?'],
    // names of what there is
    [['query', '--sort', 'nmae'], 'did you mean name?'],
    [['query', 'citty = Berlin'], 'did you mean city?'],
    [['query', '--segment', 'berlners'], 'did you mean “berliners”?'],
    [['import', 'people.csv', '--preset', 'hubspot-contact'], 'did you mean hubspot-contacts?'],
    [['archive', 'run', '--policy', 'inactiv'], 'did you mean inactive?'],
    [['job', 'run', 'nigtly'], 'did you mean nightly?'],
    // numbers that are none
    [['undo', '99'], 'the newest is 1; list the runs with: crm history'],
    [['history', '--run', '99'], 'the newest is 1;'],
    [['job', 'show', '99'], 'the newest is 1; list them with: crm job history'],
    [['backup', 'drill', 'latst'], 'did you mean latest?'],
  ])('crm %j', async (args, hint) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(hint);
  });
});
