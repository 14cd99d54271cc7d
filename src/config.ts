import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CrmError } from './errors.ts';
import { nearest } from './model/nearest.ts';

/** Settings of `crm.config.json`; every one may be absent. */
export interface Config {
  /** Path or URL of the database. */
  readonly database?: string;
  /** ISO 3166-1 alpha-2 region of national phone numbers. */
  readonly country?: string;
  /** Layouts of files, by name; checked where they are used. */
  readonly presets?: Readonly<Record<string, unknown>>;
  /** Rules for canonical values; checked where they are used. */
  readonly normalize?: Readonly<Record<string, unknown>>;
  /** What is kept when customers become one; checked where it is used. */
  readonly survivorship?: Readonly<Record<string, unknown>>;
  /** Where the archive is, and which customers go there; checked where it is used. */
  readonly archive?: Readonly<Record<string, unknown>>;
  /** Where backups go; checked where it is used. */
  readonly backup?: Readonly<Record<string, unknown>>;
  /** Queries that take longer are logged, in milliseconds; 0: none is. */
  readonly slowQueryMs?: number;
  /** Pipelines of commands, by name; checked where they are used. */
  readonly jobs?: Readonly<Record<string, unknown>>;
}

/** What is known of a setting. */
interface Setting {
  readonly type: 'string' | 'object' | 'integer';
  readonly example: unknown;
  readonly comment: string;
}

/** What is known of each setting: documentation and check in one. */
export const SETTINGS: Readonly<Record<keyof Config, Setting>> = {
  database: { type: 'string', example: './crm.db', comment: 'Path of the SQLite file, or postgres://user@host/database' },
  country: { type: 'string', example: 'CN', comment: 'Country of phone numbers written without one (ISO 3166-1 alpha-2)' },
  presets: { type: 'object', example: {}, comment: 'Layouts of files that import recognises, by name; import --save-map NAME writes them' },
  normalize: {
    type: 'object',
    example: { rules: [] },
    comment: 'Rules for canonical values, e.g. { "rules": [{ "field": "tier", "map": { "gold": "Gold" } }] }',
  },
  survivorship: {
    type: 'object',
    example: { default: ['verified', 'newest', 'most_frequent', 'longest'] },
    comment:
      'What is kept when customers are merged, e.g. { "fields": { "owner": { "rule": "source_priority" } }, "sources": ["erp", "shop"] }',
  },
  archive: {
    type: 'object',
    example: { policies: {} },
    comment:
      'Which customers crm archive run moves away, e.g. { "policies": { "inactive": "last_contacted_at < -3y and tier != vip" }, "database": "./crm-archive.db" }',
  },
  backup: { type: 'object', example: { repository: './crm-backups' }, comment: 'Folder of the backup repository' },
  slowQueryMs: {
    type: 'integer',
    example: 1000,
    comment: 'Queries that take longer are logged for crm maintain --slow, in milliseconds (default 1000; 0: none)',
  },
  jobs: {
    type: 'object',
    example: {
      nightly: {
        schedule: '0 2 * * *',
        steps: [
          { inbox: 'inbox/*.csv', maxRejected: '2%' },
          { run: 'normalize' },
          { run: 'dedupe find', when: { ifChanged: true } },
          { run: 'dedupe merge --auto', maxMerged: '1%' },
          { run: 'backup create' },
        ],
      },
    },
    comment: 'Pipelines by name: crm job run nightly; see docs/guide/jobs.md',
  },
};

/** Where the config file is unless the user says otherwise; it may be missing there. */
export const DEFAULT_CONFIG_PATH = './crm.config.json';

/** Where the database is unless somebody says otherwise. */
export const DEFAULT_DATABASE = './crm.db';

/**
 * Reads the config file: JSON with line and block comments and trailing commas.
 * @param mayBeMissing a missing file is an empty one
 * @throws {CrmError} CONFIG_INVALID naming file and setting
 */
export function loadConfig(file = DEFAULT_CONFIG_PATH, mayBeMissing = file === DEFAULT_CONFIG_PATH): Config {
  const text = readConfig(file);
  if (text === null) {
    if (mayBeMissing) return {};
    throw new CrmError('CONFIG_INVALID', `there is no config file ${file}`, { hint: 'write one with: crm init --config-file' });
  }
  let value: unknown;
  try {
    value = JSON.parse(withoutComments(text));
  } catch (error) {
    throw new CrmError('CONFIG_INVALID', `${file} is not valid JSON${placeOf(withoutComments(text))}`, {
      cause: error,
      hint: 'comments are allowed; check commas and quotes',
    });
  }
  return checked(value, file, (name) => placeOfSetting(withoutComments(text), name));
}

function readConfig(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new CrmError('CONFIG_INVALID', `the config file ${file} cannot be read (${code})`, {
      cause: error,
      hint: 'check its permissions, or name another one with --config FILE',
    });
  }
}

function checked(value: unknown, file: string, placeOf: (name: string) => string): Config {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CrmError('CONFIG_INVALID', `${file} must hold one object`, { hint: '{ "database": "./crm.db" }' });
  }
  for (const [name, setting] of Object.entries(value)) {
    if (name === '$schema') continue;
    if (!Object.hasOwn(SETTINGS, name)) {
      const near = nearest(name, Object.keys(SETTINGS));
      throw new CrmError('CONFIG_INVALID', `${file}:${placeOf(name)}: there is no setting “${name}”`, {
        hint: near === undefined ? `known are ${Object.keys(SETTINGS).join(', ')}` : `did you mean “${near}”?`,
      });
    }
    const { type, example } = SETTINGS[name as keyof Config];
    if (!isOfType(setting, type)) {
      throw new CrmError('CONFIG_INVALID', `${file}:${placeOf(name)}: ${name} must be ${TYPE_WORDS[type]}`, {
        hint: `${JSON.stringify(name)}: ${JSON.stringify(example)}`,
      });
    }
  }
  return value as Config;
}

const TYPE_WORDS = { string: 'a text', object: 'an object', integer: 'a whole number, 0 or more' } as const;

function isOfType(value: unknown, type: Setting['type']): boolean {
  if (type === 'integer') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === type && value !== null && !Array.isArray(value);
}

/** A config file with every setting explained, ready to be edited. */
export function configTemplate(settings: Config): string {
  const lines = Object.entries(SETTINGS).map(([name, { example, comment }]) => {
    const value = settings[name as keyof Config];
    // A job is too long for a line.
    const text = `${JSON.stringify(name)}: ${JSON.stringify(value ?? example, null, name === 'jobs' ? 2 : undefined)},`;
    return [`// ${comment}`, ...text.split('\n').map((line) => (value === undefined ? `// ${line}` : line))]
      .map((line) => `  ${line}`)
      .join('\n');
  });
  return `{\n${lines.join('\n')}\n}\n`;
}

/**
 * Writes a config file with every setting explained, whole or not at all, for its owner's eyes only: a database URL may
 * hold a password.
 * @throws {CrmError} OUTPUT_FAILED when it cannot be written
 */
export function writeConfig(file: string, settings: Config): void {
  writeConfigText(file, configTemplate(settings));
}

/**
 * Writes the text of a config file, whole or not at all.
 * @param mode permissions of the file
 * @throws {CrmError} OUTPUT_FAILED when it cannot be written
 */
export function writeConfigText(file: string, text: string, mode = 0o600): void {
  const part = `${file}.part-${process.pid}`;
  try {
    writeFileSync(part, text, { mode });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw new CrmError('OUTPUT_FAILED', `the config file ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: 'check the folder and its permissions, or name another place with --config FILE',
    });
  }
}

/** Replaces comments by blanks, so that every other character keeps its place. */
export function blankComments(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) => (part.startsWith('"') ? part : blank(part)));
}

/** Replaces comments and trailing commas by blanks, so that places in error messages stay right. */
function withoutComments(text: string): string {
  return blankComments(text).replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (part) => (part.startsWith('"') ? part : ' '));
}

/** The line of the first mistake. V8 does not always say where that is: it is the end of the shortest beginning that is no JSON. */
function placeOf(text: string): string {
  let [good, bad] = [0, text.length];
  if (!isUnfinished(text)) {
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      if (isUnfinished(text.slice(0, middle))) good = middle;
      else bad = middle;
    }
  }
  return ` (line ${text.slice(0, bad).split('\n').length})`;
}

/** Line and column of a setting: `3:5`; jsonc-parser, which knows them of all parts, is not loaded for the few that stand outermost. */
function placeOfSetting(text: string, name: string): string {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (part === '{' || part === '[') depth++;
    else if (part === '}' || part === ']') depth--;
    else if (depth === 1 && JSON.parse(part) === name && /^\s*:/.test(text.slice(index + part.length))) {
      const before = text.slice(0, index).split('\n');
      return `${before.length}:${(before.at(-1) as string).length + 1}`;
    }
  }
  return '1:1';
}

/** Whether JSON may go on after this beginning of it. */
function isUnfinished(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    return message.endsWith('end of JSON input') || message.endsWith(`position ${beginning.length}`);
  }
}
