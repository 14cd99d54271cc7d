import { readFileSync, statSync } from 'node:fs';
import { type CheckedConfig, checkConfig } from '../config/check-config.ts';
import { stepMistake } from '../job/step-command.ts';
import { type Note, shellWord } from './diagnosis.ts';

/** So many mistakes of the config file are named. */
const SHOWN = 5;
/** What nobody else should read: a password in a URL, the address of a webhook. */
const SECRET = /[a-z]+:\/\/[^:/@\s"]*:[^@\s"]+@|"webhook"/i;
/** Permissions of the group and of others, but not to go through a folder. */
const OTHERS = 0o066;

/** Looks at the config file. @returns what it says; null where there is none, or it cannot be used */
export function diagnoseConfig(note: Note, file: string, mayBeMissing: boolean): CheckedConfig | null {
  let text: string;
  try {
    if (!statSync(file).isFile()) throw Object.assign(new Error('no file'), { code: 'EISDIR' });
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && mayBeMissing) note('note', `there is no ${file}, and none is needed`, 'crm init --config-file');
    else if (code === 'ENOENT') note('problem', `there is no ${file}`, `crm init --config-file --config ${shellWord(file)}`);
    else if (code === 'EISDIR') note('problem', `${file} is no file`, 'name one with --config FILE');
    else note('problem', `${file} cannot be read (${code})`, `chmod u+r ${shellWord(file)}`);
    return null;
  }
  const checked = checkConfig(text, stepMistake);
  for (const { path, line, column, message, hint } of checked.problems.slice(0, SHOWN)) {
    note('problem', `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`, hint ?? `edit line ${line} of ${file}`);
  }
  const more = checked.problems.length - SHOWN;
  if (more > 0) note('problem', `${file}: ${more} more mistakes like these`);
  if (checked.problems.length === 0) note('ok', `${file} is valid`);
  if (SECRET.test(text)) diagnoseSecret(note, file, 'it holds a secret');
  return checked.problems.length === 0 ? checked : null;
}

/** Looks who may read a file with a secret. */
export function diagnoseSecret(note: Note, file: string, why: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (process.platform === 'win32' || mode === undefined || (mode & OTHERS) === 0) return;
  note('warning', `${file} can be read by others (${(mode & 0o777).toString(8)}), and ${why}`, `chmod 600 ${shellWord(file)}`);
}
