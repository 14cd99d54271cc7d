import type { Cell, ColumnType } from '../model/table-schema.ts';

/** Makes the cell of the text that the server writes for a value; null where that is the cell. */
export function postgresDecoder(type: ColumnType): ((text: string) => Cell) | null {
  switch (type.kind) {
    case 'boolean':
      return (text) => text === 't';
    case 'integer':
      return decodeInteger;
    case 'float':
      return Number;
    case 'bytes':
      return (text) => Buffer.from(text.slice(2), 'hex');
    case 'date':
      return decodeDate;
    case 'timestamp':
      return type.zone ? (text) => decodeDate(text.replace(/\+00(?= BC$|$)/, 'Z')) : decodeDate;
    case 'time':
      return type.zone ? (text) => text.replace(/([+-]\d\d)$/, '$1:00') : null;
    case 'array': {
      const decode = postgresDecoder(type.of);
      return (text) => decodeArray(text, decode);
    }
    default:
      return null;
  }
}

function decodeInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** `0044-03-15 BC` is year -43, counted with a year 0. */
function decodeDate(text: string): string {
  if (!text.endsWith(' BC')) return text;
  const [, year = '', rest = ''] = /^(\d+)(.*) BC$/.exec(text) ?? [];
  const before = Number(year) - 1;
  return `${before === 0 ? '' : '-'}${String(before).padStart(4, '0')}${rest}`;
}

function encodeDate(text: string): string {
  const [, sign, year = '', rest = ''] = /^(-?)(\d{4,})(-.*)$/.exec(text) ?? [];
  return sign === undefined || (sign === '' && year !== '0000') ? text : `${String(Number(year) + 1).padStart(4, '0')}${rest} BC`;
}

/** The text of a value as the server reads it; `null` is for the caller. */
export function postgresText(cell: Exclude<Cell, null>, type: ColumnType): string {
  switch (typeof cell) {
    case 'string':
      return type.kind === 'date' || type.kind === 'timestamp' ? encodeDate(cell) : cell;
    case 'number':
      return Object.is(cell, -0) ? '-0' : String(cell);
    case 'boolean':
      return cell ? 't' : 'f';
    case 'bigint':
      return cell.toString();
    default:
      if (cell instanceof Uint8Array) return `\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}`;
      return arrayText(cell, type.kind === 'array' ? type.of : type);
  }
}

function arrayText(cells: readonly Cell[], of: ColumnType): string {
  const items = cells.map((cell) => {
    if (cell === null) return 'NULL';
    const text = postgresText(cell, of);
    return Array.isArray(cell) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${items.join(',')}}`;
}

/** `{1,NULL,{"a \"b\""}}`, with bounds before it where they do not begin at 1. */
function decodeArray(text: string, decode: ((text: string) => Cell) | null): readonly Cell[] {
  let at = text.indexOf('{');
  const item = (): Cell => {
    if (text[at] === '{') return list();
    const [value, isQuoted] = text[at] === '"' ? [quotedItem(), true] : [plainItem(), false];
    if (!isQuoted && value === 'NULL') return null;
    return decode === null ? value : decode(value);
  };
  const plainItem = (): string => {
    const start = at;
    while (text[at] !== ',' && text[at] !== '}') at++;
    return text.slice(start, at);
  };
  const quotedItem = (): string => {
    let value = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      value += text[at];
    }
    at++;
    return value;
  };
  const list = (): Cell[] => {
    const cells: Cell[] = [];
    at++;
    while (text[at] !== '}') {
      cells.push(item());
      if (text[at] === ',') at++;
    }
    at++;
    return cells;
  };
  return list();
}
