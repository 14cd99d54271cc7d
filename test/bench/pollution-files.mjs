/**
 * Makes polluted files out of one table: each with one thing changed that real files have, and the table that a reader
 * should find in it. The kinds and how common they are follow the Pollock benchmark (VLDB 2023); code, tables and
 * values are our own.
 */

/** How files of the kinds are weighed: their number among 4,000 files of public portals (Pollock). */
const WEIGHTS = {
  source: 1,
  file_no_payload: 15,
  file_no_trailing_newline: 184,
  file_double_trailing_newline: 5,
  file_no_header: 470,
  file_header_multirow_2: 47,
  file_header_multirow_3: 47,
  file_preamble: 282,
  file_multitable_less: 62.7,
  file_multitable_same: 62.7,
  file_multitable_more: 62.7,
  file_header_only: 3,
  file_one_data_row: 4,
  record_delimiter_cr: 7,
  record_delimiter_lf: 1691,
  field_delimiter_semicolon: 834,
  field_delimiter_tab: 4,
  field_delimiter_space: 4,
  field_delimiter_comma_space: 101,
  quotation_char_apostrophe: 11,
  escape_char_backslash: 1,
  escape_char_none: 7,
};
const ROW_WEIGHT = 834 / 2268;

/** One cell: its value, and whether it is written in quotes. */
const cellOf = (value, isQuoted) => ({ value, isQuoted: isQuoted || /[",\r\n]/.test(value) });

/** Makes a table of cells from rows of texts; `quotedColumns` are always written in quotes. */
export function tableOf(rows, quotedColumns = []) {
  return rows.map((row) => row.map((value, column) => cellOf(value, quotedColumns.includes(column))));
}

const USUAL = { delimiter: ',', quote: '"', escaping: '"', end: '\r\n' };
const valuesOf = (rows) => rows.map((row) => row.map(({ value }) => value));

/** The text of a cell. Inner quotes are those of the source: another quote does not change what stands between. */
function cellText({ value, isQuoted }, { quote, escaping }) {
  const inner = value.replaceAll('"', `${escaping}"`);
  return isQuoted ? quote + inner + quote : inner;
}

const rowText = (row, syntax) => row.map((cell) => cellText(cell, syntax)).join(syntax.delimiter) + syntax.end;
const fileText = (rows, syntax = USUAL) => rows.map((row) => rowText(row, syntax)).join('');

/** All polluted files of a table: `{name, kind, weight, text, clean}`; clean[0] is the header, or the first record where there is none. */
export function* pollutedFiles(table) {
  const header = table[0];
  const clean = valuesOf(table);
  const source = fileText(table);
  const file = (kind, text, expected = clean, name = kind) => ({ name, kind, weight: WEIGHTS[kind] ?? ROW_WEIGHT, text, clean: expected });
  yield file('source', source);
  yield file('file_no_payload', '', []);
  yield file('file_no_trailing_newline', source.slice(0, -2));
  yield file('file_double_trailing_newline', `${source}\r\n`);
  yield file('file_no_header', fileText(table.slice(1)), clean.slice(1));
  const plain = tableOf([clean[0]]);
  for (const rows of [2, 3]) {
    const names = clean[0].map((name) => Array(rows).fill(name).join(' '));
    yield file(`file_header_multirow_${rows}`, fileText([...Array(rows - 1).fill(plain[0]), ...table]), [names, ...clean.slice(1)]);
  }
  const blank = tableOf([header.map(() => '')]);
  const preamble = tableOf([['PREAMBLE', ...header.slice(1).map(() => '')]]);
  yield file('file_preamble', fileText([...preamble, ...blank, ...table]));
  const again = tableOf(clean.slice(0, -1));
  yield file('file_multitable_less', source + fileText(again.map((row) => row.slice(0, -1))));
  yield file('file_multitable_same', source + fileText(again));
  yield file('file_multitable_more', source + fileText(again.map((row, index) => [...row, cellOf(index === 0 ? 'col1' : '')])));
  yield file('file_header_only', fileText([header]), clean.slice(0, 1));
  yield file('file_one_data_row', fileText(table.slice(0, 2)), clean.slice(0, 2));
  for (const [kind, change] of Object.entries(EVERYWHERE)) yield file(kind, fileText(table, { ...USUAL, ...change }));
  yield* pollutedRows(table, file);
}

const EVERYWHERE = {
  record_delimiter_lf: { end: '\n' },
  record_delimiter_cr: { end: '\r' },
  field_delimiter_semicolon: { delimiter: ';' },
  field_delimiter_tab: { delimiter: '\t' },
  field_delimiter_comma_space: { delimiter: ', ' },
  field_delimiter_space: { delimiter: ' ' },
  quotation_char_apostrophe: { quote: "'" },
  escape_char_backslash: { escaping: '\\' },
  escape_char_none: { escaping: '' },
};

function* pollutedRows(table, file) {
  const clean = valuesOf(table);
  const texts = table.map((row) => rowText(row, USUAL));
  const withRow = (index, text) => texts.map((own, row) => (row === index ? text : own)).join('');
  for (const [index, row] of table.entries()) {
    for (let column = 0; column < row.length; column++) {
      const cells = row.map((cell) => cellText(cell, USUAL));
      const more = [...cells.slice(0, column), '', ...cells.slice(column)].join(',');
      yield file('row_more_sep', withRow(index, more + USUAL.end), clean, `row_more_sep_row${index}_col${column}`);
      if (column > 0) {
        const less = `${cells.slice(0, column).join(',')}${cells.slice(column).join(',')}`;
        yield file('row_less_sep', withRow(index, less + USUAL.end), clean, `row_less_sep_row${index}_col${column}`);
      }
      // The quote stands before the value, within the quotes where there are any, and is not doubled.
      const stray = cells.map((text, at) => (at === column ? (row[at].isQuoted ? `""${text.slice(1)}` : `"${text}`) : text)).join(',');
      const expected = clean.map((values, at) => (at === index ? values.map((value, c) => (c === column ? `"${value}` : value)) : values));
      yield file('row_extra_quote', withRow(index, stray + USUAL.end), expected, `row_extra_quote${index}_col${column}`);
    }
    yield file(
      'row_field_delimiter_space',
      withRow(index, rowText(row, { ...USUAL, delimiter: ' ' })),
      clean,
      `row_field_delimiter_${index}`,
    );
  }
}
