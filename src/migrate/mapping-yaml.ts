import { stringify } from 'yaml';
import { type Draft, type DraftField, type DraftTable, LEAST } from './draft-form.ts';

const HEAD = (from: string): string[] => [
  `# A mapping of ${note(from)}, drafted by crm migrate map: look it through, then`,
  '#   crm migrate copy FROM TO --mapping THIS --dry-run',
  '# The numbers say how sure each line is, from 0 to 1. Columns in comments are left out: take the # away to bring them in.',
];

/** The text of a draft: YAML, with what was found out in comments. Holds names only, no value of the source. */
export function draftAsYaml({ from, source, country, currency, tables, others }: Draft): string {
  const isMoney = tables.some(({ as }) => as === 'orders' || as === 'order-items' || as === 'products');
  const hasCurrency = tables.some(({ fields }) => fields.some(({ target }) => target === 'currency'));
  const lines = [
    ...HEAD(from),
    '',
    `${pair('source', source)} # the system that the ids belong to`,
    country === null ? '# country: DE # of phone numbers written without one' : pair('country', country),
    ...(currency !== null
      ? [pair('currency', currency)]
      : isMoney && !hasCurrency
        ? ['# currency: EUR # no column says it: without it rows with amounts are rejected']
        : []),
    '',
    'tables:',
    ...tables.flatMap(tableLines),
    ...(tables.length === 0 ? ['  []'] : []),
    ...(others.length === 0
      ? []
      : ['', '# Tables that are left out:', ...others.map(({ table, why }) => `#   ${word(table)}: ${note(why)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function tableLines({ table, as, confidence, why, source, joins, where, fields, left }: DraftTable): string[] {
  return [
    `  - ${pair('table', table)}`,
    `    as: ${as} # ${confidence.toFixed(2)}: ${note(why)}`,
    ...(source === null ? [] : [`    ${pair('source', source)} # its ids are not those of other tables`]),
    ...(joins.length === 0 ? [] : ['    join:', ...joins.map((join) => `      - ${flow({ ...join })}`)]),
    ...(where === null ? [] : [`    where: ${flow({ ...where })}`]),
    '    columns:',
    ...fields.map((field) => `      ${field.confidence < LEAST ? '# ' : ''}${fieldLine(field)}`),
    ...left.map(({ column, why: about }) => `      # ${pair(`attributes.${column}`, column)} # ${note(about)}`),
  ];
}

function fieldLine({ target, from, confidence, why }: DraftField): string {
  const columns = from.length === 1 ? pair(target, from[0] as string) : `${target}: ${flow(from)}`;
  return `${columns} # ${confidence.toFixed(2)}: ${note(why)}`;
}

function pair(name: string, value: string): string {
  return stringify({ [name]: value }, { lineWidth: 0, blockQuote: false }).trimEnd();
}

function word(name: string): string {
  return stringify(name, { lineWidth: 0, blockQuote: false }).trimEnd();
}

function flow(value: unknown): string {
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow', flowCollectionPadding: true, blockQuote: false })
    .trimEnd()
    .replaceAll(/\s*\n\s*/g, ' ');
}

/** A comment ends with its line: names of columns may hold more than one. */
function note(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
