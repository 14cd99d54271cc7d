/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names as a list in SQL. */
export function nameList(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/** A text as SQL takes it; a NUL would end the statement. */
export function quoteText(text: string): string {
  return text.includes('\0') ? `(CAST(x'${Buffer.from(text).toString('hex')}' AS TEXT))` : `'${text.replaceAll("'", "''")}'`;
}
