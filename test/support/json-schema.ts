/** A JSON Schema (draft 2020-12) of the words that this project uses; any other word is an error, so that none is ignored. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly propertyNames?: JsonSchema;
}

const WORDS = new Set([
  '$schema',
  '$id',
  '$defs',
  '$ref',
  'title',
  'description',
  'examples',
  'default',
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'pattern',
  'format',
  'minLength',
  'minimum',
  'maximum',
  'minItems',
  'propertyNames',
]);

/** What is wrong with a value, one line for each place; empty when it fits the schema. */
export function schemaErrors(schema: JsonSchema, value: unknown, root: JsonSchema = schema, path = '$'): string[] {
  for (const word of Object.keys(schema)) if (!WORDS.has(word)) throw new Error(`${path}: the schema word ${word} is not known here`);
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target === undefined) throw new Error(`${path}: no definition ${schema.$ref}`);
    return schemaErrors(target, value, root, path);
  }
  const errors: string[] = [];
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types !== null && !types.some((type) => isOf(type as string, value)))
    return [`${path}: ${typeOf(value)} is not ${types.join(' or ')}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) errors.push(`${path}: ${JSON.stringify(value)} is none of the values`);
  if (schema.const !== undefined && schema.const !== value) errors.push(`${path}: is not ${JSON.stringify(schema.const)}`);
  if (schema.anyOf !== undefined && !schema.anyOf.some((option) => schemaErrors(option, value, root, path).length === 0))
    errors.push(`${path}: fits none of anyOf`);
  if (schema.oneOf !== undefined && schema.oneOf.filter((option) => schemaErrors(option, value, root, path).length === 0).length !== 1)
    errors.push(`${path}: does not fit exactly one of oneOf`);
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
      errors.push(`${path}: does not match ${schema.pattern}`);
    if (schema.minLength !== undefined && value.length < schema.minLength) errors.push(`${path}: is too short`);
  }
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) errors.push(`${path}: ${value} is less than ${schema.minimum}`);
    if (schema.maximum !== undefined && value > schema.maximum) errors.push(`${path}: ${value} is more than ${schema.maximum}`);
  }
  if (Array.isArray(value) && schema.minItems !== undefined && value.length < schema.minItems) errors.push(`${path}: has too few items`);
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [index, item] of value.entries()) errors.push(...schemaErrors(schema.items, item, root, `${path}[${index}]`));
  }
  if (typeOf(value) === 'object') errors.push(...memberErrors(schema, value as Record<string, unknown>, root, path));
  return errors;
}

function memberErrors(schema: JsonSchema, value: Readonly<Record<string, unknown>>, root: JsonSchema, path: string): string[] {
  const errors = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}: ${name} is missing`);
  for (const [name, member] of Object.entries(value)) {
    if (schema.propertyNames !== undefined) errors.push(...schemaErrors(schema.propertyNames, name, root, `${path}: the name ${name}`));
    const known = schema.properties?.[name];
    if (known !== undefined) errors.push(...schemaErrors(known, member, root, `${path}.${name}`));
    else if (schema.additionalProperties === false) errors.push(`${path}: ${name} is not allowed`);
    else if (typeof schema.additionalProperties === 'object')
      errors.push(...schemaErrors(schema.additionalProperties, member, root, `${path}.${name}`));
  }
  return errors;
}

function isOf(type: string, value: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
