/** What keeps a line from being split into words. */
export interface ShellMistake {
  readonly mistake: string;
}

/**
 * Splits a line into words as a shell does: blanks part them, quotes and backslashes keep blanks. Nothing is expanded, and
 * what would need a shell (pipes, redirections, several commands, variables, comments) is a mistake, not a word.
 */
export function shellWords(line: string): readonly string[] | ShellMistake {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const character = line[at] as string;
    if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      at++;
    } else if (character === '"' || character === "'") {
      const quoted = quotedText(line, at);
      if (quoted === null) return { mistake: `a ${character} is not closed` };
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 === line.length) return { mistake: 'it ends with a backslash' };
      word = (word ?? '') + line[at + 1];
      at += 2;
    } else {
      const needed = needsShell(line, at, word === null);
      if (needed !== null) return { mistake: `${needed} needs a shell; a step is one call of crm: quote it if it is meant as text` };
      word = (word ?? '') + character;
      at++;
    }
  }
  return word === null ? words : [...words, word];
}

/** Words as a line that a shell, and `shellWords`, splits into them again. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function quotedText(line: string, open: number): { readonly text: string; readonly end: number } | null {
  const quote = line[open];
  let text = '';
  for (let at = open + 1; at < line.length; at++) {
    const character = line[at] as string;
    if (character === quote) return { text, end: at + 1 };
    const next = line[at + 1];
    if (quote === '"' && character === '\\' && next !== undefined && '"\\$`'.includes(next)) {
      text += next;
      at++;
    } else text += character;
  }
  return null;
}

function needsShell(line: string, at: number, isStart: boolean): string | null {
  const character = line[at] as string;
  if (';|&<>`'.includes(character)) return character;
  if (character === '$' && /[A-Za-z_({]/.test(line[at + 1] ?? '')) return '$';
  return character === '#' && isStart ? '#' : null;
}
