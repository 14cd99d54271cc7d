/**
 * A statement, or the plan of one, with `?` for every value that stands in it: texts, numbers, blobs. Comments go, for
 * they may hold anything; names stay.
 */
export function withoutValues(sql: string): string {
  const text = sql.replace(PARTS, (part, ...rest) => {
    const { comment, name, parameter } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (comment !== undefined) return ' ';
    return name !== undefined || parameter !== undefined ? part : '?';
  });
  return text
    .replace(/\s+/g, ' ')
    .replace(/\(\?(?:, ?\?)+\)/g, '(?, …)')
    .trim();
}

const PARTS = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<name>"(?:[^"]|"")*"|\x60(?:[^\x60]|\x60\x60)*\x60|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*(?!['\p{L}\p{N}_$]))`,
    String.raw`(?<parameter>[$:@]\d+\b)`,
    // Texts, with the letter that says how they are written (E'…', X'…'), and those between $tag$.
    String.raw`(?:[\p{L}]\w*&?)?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)`,
    String.raw`\$(?<tag>[\p{L}_]?[\p{L}\p{N}_]*)\$[\s\S]*?(?:\$\k<tag>\$|$)`,
    String.raw`0x[0-9a-f]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?`,
  ].join('|'),
  'giu',
);
