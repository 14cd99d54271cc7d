import { normalizeText } from '../normalize/text.ts';
import { TRANSFORMS, type TransformName } from './cell-transforms.ts';

/** What a preset says of the cells of a column beyond where they go; other columns are named by their place in the file. */
export interface CellRule {
  /** How a cell is read before anything else is done with it. */
  readonly value?: TransformName;
  /** Column whose cell goes before a number that has no `+`: its calling code. */
  readonly prefix?: number;
  /** Columns whose cells are joined to this one's: lines of a street, parts of an address. */
  readonly parts?: readonly number[];
  /** What stands between the parts; default `, `. */
  readonly joint?: string;
  /** Columns of which the first that says something is read where this one is empty. */
  readonly else?: readonly number[];
  /** Column that says what the contact point is called. */
  readonly label?: number;
  /** The contact point becomes the e-mail or phone of the customer where the row has no other. */
  readonly primary?: boolean;
  /** QQ numbers may stand among the e-mail addresses. */
  readonly qq?: boolean;
  /** Any cell but a `no` says what the consent column says: when, why, by which way. */
  readonly any?: boolean;
  /** An empty cell says what the row before says, where that is a row of the same order. */
  readonly carried?: boolean;
  /** The column is left out: another layout of the same file reads it. */
  readonly omitted?: boolean;
  /** The column is read with that one, as its label or a part of it. */
  readonly readWith?: number;
}

/** Between the parts of a joined cell. */
const JOINED = ', ';
/** Between year, month and day that stand in three columns. */
export const DATE_JOINT = '-';

/** A cell as its rule reads it: trimmed, transformed, prefixed and joined with its parts; `undefined` where the row has none. */
export function ruledCell(cell: number, rule: CellRule, cells: readonly (string | undefined)[]): string | undefined {
  const own = rule.else === undefined ? cells[cell] : firstFilled([cell, ...rule.else], cells);
  if (rule.parts !== undefined) {
    const parts = [own, ...rule.parts.map((part) => cells[part])].map((part) => ruledText(part ?? '', rule));
    return own === undefined && parts.every((part) => part === '')
      ? undefined
      : parts.filter((part) => part !== '').join(rule.joint ?? JOINED);
  }
  if (own === undefined) return undefined;
  const text = ruledText(own, rule);
  const prefix = rule.prefix === undefined || text === '' || text.startsWith('+') ? '' : normalizeText(cells[rule.prefix] ?? '');
  return prefix === '' ? text : `${prefix.startsWith('+') ? '' : '+'}${prefix} ${text}`;
}

/** The first cell that says something; where none does, the first. */
function firstFilled(places: readonly number[], cells: readonly (string | undefined)[]): string | undefined {
  return cells[places.find((place) => (cells[place] ?? '').trim() !== '') ?? (places[0] as number)];
}

function ruledText(cell: string, rule: CellRule): string {
  const text = normalizeText(cell);
  return rule.value === undefined || text === '' ? text : TRANSFORMS[rule.value](text);
}
