import { displayWidth } from './width.ts';

/**
 * Breaks a text between its words so that no line is wider than there is room for; a longer word has a line of its own.
 * @param columns width of the terminal; null: it is not broken
 * @param indent blanks before each further line; the first one begins there, too
 */
export function wrapped(text: string, columns: number | null, indent: number): string {
  if (columns === null) return text;
  const room = Math.max(20, columns - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
