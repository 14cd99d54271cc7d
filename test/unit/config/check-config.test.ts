import { describe, expect, test } from 'vitest';
import schema from '../../../schemas/crm.config.schema.json' with { type: 'json' };
import { COMMAND_NAMES } from '../../support/command-names.ts';
import { type JsonSchema, schemaErrors } from '../../support/json-schema.ts';
import { configTemplate } from '../../../src/config.ts';
import { checkConfig } from '../../../src/config/check-config.ts';
import { configJsonSchema } from '../../../src/config/config-schema.ts';
import type { JobConfig } from '../../../src/config/job-config.ts';
import { NO_STEPS, STEP_COMMANDS, stepMistake } from '../../../src/job/step-command.ts';

/** Mistakes as `line:column path: message (hint)`. */
function mistakes(text: string): string[] {
  return checkConfig(text, stepMistake).problems.map(
    ({ line, column, path, message, hint }) => `${line}:${column} ${path}: ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

function job(body: object): JobConfig {
  const { problems, jobs } = checkConfig(JSON.stringify({ jobs: { n: body } }), stepMistake);
  expect(problems).toEqual([]);
  return jobs.get('n') as JobConfig;
}

const inJob = (body: string): string => `{\n  // jobs\n  "jobs": { "n": {\n    ${body}\n  } }\n}`;

describe('the JSON Schema of the config file', () => {
  test('is what the code checks', () => {
    expect(schema).toEqual(configJsonSchema());
  });

  test.each([
    [{ jobs: { n: { steps: [{ run: 'normalize', maxChanged: '5%' }] } } }, true],
    [{ $schema: './x.json', archive: { policies: { a: 'id = 1' } }, backup: { repository: 'b' } }, true],
    [{ jobs: { n: { steps: [] } } }, false],
    [{ jobs: { n: { steps: [{ run: 'normalize', maxChanged: '5' }] } } }, false],
    [{ jobs: { 'a b': { steps: [{ run: 'normalize' }] } } }, false],
    [{ archive: { policy: {} } }, false],
    [{ normalize: { rules: [{ fields: 'x' }] } }, false],
  ])('and the code agree on %j', (value, isValid) => {
    expect(schemaErrors(schema as unknown as JsonSchema, value).length === 0).toBe(isValid);
    expect(mistakes(JSON.stringify(value)).length === 0).toBe(isValid);
  });
});

describe('checkConfig', () => {
  test.each<[string, string[]]>([
    ['{ "country": "CN" "database": "x" }', ['1:19 : no valid JSON: comma expected (comments are allowed; check commas and quotes)']],
    ['{\n  "databse": "x"\n}', ['2:3 databse: there is no such setting (did you mean “database”?)']],
    [
      inJob('"steps": [{ "run": "normalize", "maxMergd": 5 }]'),
      ['4:37 jobs.n.steps[0].maxMergd: there is no such setting (did you mean “maxMerged”?)'],
    ],
    [
      inJob('"steps": [{ "run": "normalize", "maxMerged": "5 %" }]'),
      ['4:37 jobs.n.steps[0].maxMerged: it must be a number or a percentage such as 5%'],
    ],
    [
      inJob('"steps": [{ "run": "normalize" }], "schedule": "0 2 * *"'),
      ['4:40 jobs.n.schedule: it must be a cron expression of five fields, e.g. "0 2 * * *"'],
    ],
    [
      inJob('"steps": [{ "run": "normalize" }], "timezone": "Asia/Shangai"'),
      ['4:40 jobs.n.timezone: there is no such time zone; for instance: Asia/Shanghai'],
    ],
    [inJob('"steps": [{ "run": "normalise" }]'), ['4:17 jobs.n.steps[0].run: there is no command “normalise”; did you mean “normalize”?']],
    [inJob('"steps": [{ "run": "crm normalize" }]'), ['4:17 jobs.n.steps[0].run: there is no command “crm normalize”; leave crm out']],
    [inJob('"steps": [{ "run": "job run n" }]'), ['4:17 jobs.n.steps[0].run: “job run” cannot be a step of a job']],
    [inJob('"steps": [{ "run": "query --db x.db" }]'), ['4:17 jobs.n.steps[0].run: --db is given to the job, not to its steps']],
    [
      inJob('"steps": [{ "run": "export a.csv | gzip" }]'),
      ['4:17 jobs.n.steps[0].run: | needs a shell; a step is one call of crm: quote it if it is meant as text'],
    ],
    [inJob('"steps": [{ "run": "query \'a" }]'), ["4:17 jobs.n.steps[0].run: a ' is not closed"]],
    [inJob('"steps": [{ }]'), ['4:15 jobs.n.steps[0]: a step has one of run and inbox']],
    [inJob('"steps": [{ "run": "normalize", "done": "d" }]'), ['4:37 jobs.n.steps[0].done: it belongs to a step with inbox']],
    [inJob('"steps": [{ "inbox": "in/*/a.csv" }]'), ['4:17 jobs.n.steps[0].inbox: only the name of the file may have * and ?']],
    [
      inJob('"steps": [{ "run": "normalize", "when": { "weekday": ["monday"] } }]'),
      ['4:59 jobs.n.steps[0].when.weekday[0]: it must be one of mon, tue, wed, thu, fri, sat, sun'],
    ],
    [
      inJob('"steps": [{ "run": "normalize", "name": "a" }, { "run": "maintain", "name": "a" }]'),
      ['4:73 jobs.n.steps[1].name: another step is called a'],
    ],
    [
      inJob('"steps": [{ "run": "normalize" }], "notify": { "onFailure": { "secretEnv": "S" } }'),
      [
        '4:52 jobs.n.notify.onFailure: it needs webhook, command or pingUrl',
        '4:67 jobs.n.notify.onFailure.secretEnv: it belongs to a webhook',
      ],
    ],
    [inJob('"steps": "normalize", "atomic": 1'), ['4:5 jobs.n.steps: it must be a list', '4:27 jobs.n.atomic: it must be true or false']],
    [inJob('"atomic": true'), ['3:13 jobs.n.steps: it is missing, and must be a list']],
  ])('finds the place of the mistake in %s', (text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  test('reads a job with its defaults', () => {
    const { steps, ...others } = job({
      maxMerged: 5,
      timeLimit: '2h',
      log: { file: 'job.log' },
      notify: { onFailure: { command: "mail -s 'it failed' me@example.com" } },
      steps: [
        { inbox: 'in/*.csv', options: '--country CN', maxRejected: '2%' },
        { run: 'query "city = Berlin"', maxMerged: '1%', timeLimit: '30s' },
        { run: ['dedupe', 'merge', '--auto'] },
        { run: 'query a' },
      ],
    });
    expect(others).toMatchObject({
      timeLimitMs: 7_200_000,
      log: { file: 'job.log', maxSizeBytes: 10_000_000, keep: 5 },
      notify: { onFailure: { command: ['mail', '-s', 'it failed', 'me@example.com'] } },
    });
    expect(steps).toMatchObject([
      {
        name: 'import',
        words: ['import', '--country', 'CN'],
        inbox: { done: 'in/done', failed: 'in/failed' },
        maxMerged: { count: 5 },
        maxRejected: { share: 0.02 },
      },
      { name: 'query', words: ['query', 'city = Berlin'], maxMerged: { share: 0.01 }, timeLimitMs: 30_000 },
      { name: 'dedupe-merge' },
      { name: 'query-a' },
    ]);
  });

  test('finds nothing wrong with the template, as it is and with everything in it', () => {
    expect(mistakes(configTemplate({}))).toEqual([]);
    expect(mistakes(configTemplate({}).replace(/^ {2}\/\/ (?=["{}\] ])/gm, '  '))).toEqual([]);
  });
});

test('every command is a step of a job, or known to be none', () => {
  expect([...Object.keys(STEP_COMMANDS), ...NO_STEPS].sort()).toEqual([...COMMAND_NAMES].sort());
});
