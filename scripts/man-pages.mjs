/**
 * After the bundle: writes the man pages, `man/crm.1` and one for each command (`man/crm-backup-create.1`), from what the help is made of
 * and from the tables of exit statuses and environment variables in the README. They are made anew by every build.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFullProgram } from '../dist/cli.js';
import { getExamples, optionText } from '../dist/commands/help-layout.js';
import { processIo } from '../dist/ui/io.js';
import { programVersion } from '../dist/ui/version.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = join(ROOT, 'man');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const program = await createFullProgram(processIo());
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
writePages(program, []);

/** Writes the page of a command and those below it. */
function writePages(command, path) {
  const name = ['crm', ...path].join('-');
  writeFileSync(join(FOLDER, `${name}.1`), pageOf(command, path, name));
  for (const sub of command.commands) writePages(sub, [...path, sub.name()]);
}

function pageOf(command, path, name) {
  const helper = command.createHelp();
  const summary = path.length === 0 ? 'keep a customer database clean, findable and safe' : command.summary();
  const options = helper.visibleOptions(command).map((option) => item(helper.optionTerm(option), optionText(option, helper)));
  const others = path.length === 0 ? [] : [text('Every command also takes the options of '), '.BR crm (1).'];
  const parts = [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`crm ${programVersion()}`)} "crm manual"`,
    section('NAME', [`${text(name)} \\- ${text(summary)}`]),
    section('SYNOPSIS', [
      `.B ${text(['crm', ...path].join(' '))}`,
      text(
        helper
          .commandUsage(command)
          .split(' ')
          .slice(path.length + 1)
          .join(' '),
      ),
    ]),
    section('EXAMPLES', getExamples(command).flatMap(example)),
    section('DESCRIPTION', [text(helper.commandDescription(command))]),
    section(
      'COMMANDS',
      command.commands.map((sub) => item(sub.name(), helper.subcommandDescription(sub))),
    ),
    section(
      'ARGUMENTS',
      helper.visibleArguments(command).map((argument) => item(helper.argumentTerm(argument), helper.argumentDescription(argument))),
    ),
    section('OPTIONS', [...options, ...(others.length === 0 ? [] : ['.PP', ...others])]),
    section(
      'EXIT STATUS',
      rowsOf('Exit status').map(([status, meaning]) => item(status, meaning)),
    ),
    section('ENVIRONMENT', path.length > 0 ? [] : rowsOf('Environment variables').map(([variable, meaning]) => item(variable, meaning))),
    section('SEE ALSO', [seeAlso(command, path)]),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** Pages that are near: of the program all commands, of a command its group, and those beside it. */
function seeAlso(command, path) {
  const above = path.length === 0 ? [] : path.map((_, index) => ['crm', ...path.slice(0, index)].join('-'));
  const near =
    path.length === 0 || command.commands.length > 0 ? [command, path] : path.length > 1 ? [command.parent, path.slice(0, -1)] : null;
  const beside =
    near === null
      ? []
      : near[0].commands.map((sub) => ['crm', ...near[1], sub.name()].join('-')).filter((name) => name !== ['crm', ...path].join('-'));
  return [...above, ...beside].map((name) => `\\fB${text(name)}\\fR(1)`).join(', ');
}

/** The rows of the first table of a section of the README, without its head. */
function rowsOf(title) {
  const body = new RegExp(`^## ${title}$([\\s\\S]*?)(?=^## )`, 'm').exec(README)?.[1];
  const lines = body?.split('\n').filter((line) => line.startsWith('|')) ?? [];
  if (lines.length < 3) throw new Error(`README.md has no table of ${title}`);
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

function section(title, lines) {
  return lines.length === 0 ? '' : [`.SH ${quoted(title)}`, ...lines].join('\n');
}

function item(term, description) {
  return ['.TP', `.B ${text(term)}`, text(description)].join('\n');
}

function example([line, remark]) {
  return [...(remark === undefined ? ['.PP'] : ['.PP', text(remark)]), '.RS 4', '.nf', text(line), '.fi', '.RE'];
}

function quoted(words) {
  return `"${text(words).replaceAll('"', '\\(dq')}"`;
}

/** A text as roff reads it: nothing in it is a request or an escape, and a minus can be copied. */
function text(words) {
  const escaped = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return escaped.replace(/\s*\n\s*/g, ' ').replace(/^(?=[.'])/, '\\&');
}
