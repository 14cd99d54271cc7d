import { isDeepStrictEqual } from 'node:util';
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { blankComments, configTemplate, loadConfig, writeConfigText } from '../config.ts';
import { CrmError } from '../errors.ts';

/** One member of an object in the text of a config file: places of its key and its value. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const SETTING = 'presets';

/**
 * Looks whether presets can be saved in a config file, before the work that they come from is done.
 * @throws {CrmError} CONFIG_INVALID when the file is no config file, OUTPUT_FAILED when it cannot be written
 */
export function checkSavable(file: string): void {
  loadConfig(file, true);
  try {
    accessSync(existsSync(file) ? dirname(realpathSync(file)) : dirname(file), constants.W_OK);
  } catch (error) {
    throw notWritable(file, error);
  }
}

/**
 * Writes a preset into the `presets` of a config file, in place of one of that name; comments and everything else stay
 * as they are. A missing file is made.
 * @throws {CrmError} OUTPUT_FAILED when it cannot be written
 */
export function savePreset(file: string, name: string, preset: object): void {
  const exists = existsSync(file);
  const path = exists ? realpathSync(file) : file;
  const text = exists ? readFileSync(path, 'utf8') : configTemplate({});
  const before = exists ? loadConfig(file) : {};
  writeConfigText(path, withPreset(text, name, preset), exists ? statSync(path).mode & 0o777 : 0o600);
  const expected = { ...before, [SETTING]: { ...before.presets, [name]: preset } };
  if (isDeepStrictEqual(loadConfig(file), expected)) return;
  writeConfigText(path, text);
  throw notWritable(file, new Error('the edited file does not say what it should'));
}

function notWritable(file: string, cause: unknown): CrmError {
  return new CrmError('OUTPUT_FAILED', `presets cannot be saved in the config file ${file}`, {
    cause,
    hint: 'check the folder and its permissions, or name another place with --config FILE',
  });
}

/** The text of a config file with that preset. */
export function withPreset(text: string, name: string, preset: object): string {
  const plain = blankComments(text);
  const root = plain.indexOf('{');
  const setting = membersOf(plain, root).find(({ key }) => key === SETTING);
  if (setting === undefined) return withMember(text, plain, root, SETTING, { [name]: preset }, '  ');
  const own = membersOf(plain, setting.valueStart).find(({ key }) => key === name);
  if (own === undefined) return withMember(text, plain, setting.valueStart, name, preset, '    ');
  return text.slice(0, own.valueStart) + json(preset, '    ') + text.slice(own.valueEnd);
}

/** Adds a member at the end of an object, after its comments. */
function withMember(text: string, plain: string, open: number, key: string, value: object, indent: string): string {
  const last = membersOf(plain, open).at(-1);
  const close = endOf(plain, open) - 1;
  const tail = last === undefined ? open + 1 : last.valueEnd;
  const comma = last === undefined || plain.slice(tail, close).includes(',') ? '' : ',';
  const between = text.slice(tail, close).trimEnd();
  const member = `\n${indent}${JSON.stringify(key)}: ${json(value, indent)},\n${indent.slice(2)}`;
  return text.slice(0, tail) + comma + between + member + text.slice(close);
}

function json(value: object, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

/** The members of the object that begins there; the text is valid JSON but for trailing commas. */
function membersOf(plain: string, open: number): Member[] {
  const members: Member[] = [];
  let at = open + 1;
  for (;;) {
    at = skip(plain, at, /[\s,]*/y);
    if (plain[at] !== '"') return members;
    const start = at;
    at = skip(plain, at, STRING);
    const key = JSON.parse(plain.slice(start, at)) as string;
    const valueStart = skip(plain, at, /\s*:\s*/y);
    at = endOf(plain, valueStart);
    members.push({ key, start, valueStart, valueEnd: at });
  }
}

/** Where the value ends that begins there. */
function endOf(plain: string, start: number): number {
  if (plain[start] === '"') return skip(plain, start, STRING);
  if (plain[start] !== '{' && plain[start] !== '[') return skip(plain, start, /[^\s,}\]]*/y);
  let depth = 0;
  for (let at = start; at < plain.length; at++) {
    const character = plain[at] as string;
    if (character === '"') at = skip(plain, at, STRING) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return plain.length;
}

function skip(plain: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return pattern.test(plain) ? pattern.lastIndex : at;
}
