/** Comments, quoted texts, ends of statements. */
const TOKEN = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|;/g;

/** The statements of a script, without the comments before them and without the semicolon. */
export function sqlStatements(script: string): string[] {
  const ends = [...script.matchAll(TOKEN)].filter(({ 0: token }) => token === ';').map(({ index }) => index);
  const starts = [0, ...ends.map((end) => end + 1)];
  return starts
    .map((start, i) =>
      script
        .slice(start, ends[i])
        .replace(/^(?:\s|--[^\n]*(?:\n|$))*/, '')
        .trimEnd(),
    )
    .filter((statement) => statement !== '');
}
