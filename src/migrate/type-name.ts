import type { ColumnType } from '../model/table-schema.ts';

/** A type as people write it: `integer(32)`, `text(160)`, `timestamp with zone`. */
export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return `${type.unsigned ? 'unsigned ' : ''}integer(${type.bits})`;
    case 'float':
      return `float(${type.bits})`;
    case 'decimal':
      return type.precision === null ? 'decimal' : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'text':
    case 'bytes':
    case 'bits':
      return `${type.fixed ? 'fixed ' : ''}${type.kind}${type.length === null ? '' : `(${type.length})`}`;
    case 'time':
    case 'timestamp':
      return `${type.kind}(${type.precision})${type.zone ? ' with zone' : ''}`;
    case 'json':
      return type.binary ? 'binary json' : 'json';
    case 'network':
      return type.of;
    case 'array':
      return `array of ${typeName(type.of)}`;
    case 'other':
      return type.name;
    default:
      return type.kind;
  }
}

/** Whether two types hold the same values. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  if (a.kind === 'array' && b.kind === 'array') return sameType(a.of, b.of);
  if ((a.kind === 'enum' && b.kind === 'enum') || (a.kind === 'set' && b.kind === 'set'))
    return a.values.length === b.values.length && a.values.every((value, at) => value === b.values[at]);
  return a.kind === b.kind && typeName(a) === typeName(b);
}
