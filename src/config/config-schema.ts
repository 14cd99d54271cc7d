import { z } from 'zod';
import { type Config, SETTINGS } from '../config.ts';
import { JOBS } from './job-schema.ts';

const SURVIVOR_RULES = z.enum(['source_priority', 'most_filled', 'newest', 'oldest']);
const FIELD_RULES = z.enum(['newest', 'most_frequent', 'longest', 'source_priority', 'verified', 'keep_if_set']);
const fieldRules = z.union([FIELD_RULES, z.array(FIELD_RULES)]);

const rule = z.strictObject({
  name: z.string().optional().describe('What changesets and reports call the rule'),
  field: z.string().describe('Field of a customer'),
  map: z.record(z.string(), z.string()).optional().describe('Value to canonical value'),
  pattern: z.string().optional().describe('Regular expression (ECMAScript, flag u)'),
  flags: z.string().optional(),
  replace: z.string().optional().describe('What the match becomes; $1 is its first group'),
  lookup: z.string().optional().describe('CSV file of two columns, named from the folder of this file'),
  from: z.string().optional().describe('Header of the column with the values; default: the first'),
  to: z.string().optional().describe('Header of the column with the canonical values; default: the second'),
});

const PARTS = {
  database: z.string(),
  country: z.string(),
  presets: z.record(z.string(), z.unknown()),
  normalize: z.strictObject({
    rules: z.array(rule).optional().describe('Applied in this order to canonical values, by crm normalize and by import, add and edit'),
  }),
  survivorship: z.strictObject({
    survivor: z
      .union([SURVIVOR_RULES, z.array(SURVIVOR_RULES)])
      .optional()
      .describe('Which customer stays, by the first of these that makes a difference'),
    default: fieldRules.optional().describe('Rules of every field that has none of its own'),
    fields: z
      .record(z.string(), z.union([fieldRules, z.strictObject({ rule: fieldRules, sources: z.array(z.string()).optional() })]))
      .optional()
      .describe('Rules by field, custom ones as attributes.NAME; the fields of a name, an address, a phone and a company go together'),
    sources: z.array(z.string()).optional().describe('Systems by authority, the highest first; those of external ids'),
  }),
  archive: z.strictObject({
    database: z
      .string()
      .optional()
      .describe(
        'Path or URL of the archive; default: NAME-archive.db beside NAME.db, or the schema archive of the same PostgreSQL database',
      ),
    policies: z.record(z.string(), z.string()).optional().describe('Filters by name, in the language of crm query'),
  }),
  backup: z.strictObject({
    repository: z.string().optional().describe('Where crm backup and crm restore find it unless --repo says otherwise'),
  }),
  slowQueryMs: z.number().int().min(0),
  jobs: JOBS,
} satisfies Record<keyof Config, z.ZodType>;

/** The whole config file. */
export const CONFIG = z
  .strictObject({
    $schema: z.string().optional(),
    database: part('database'),
    country: part('country'),
    presets: part('presets'),
    normalize: part('normalize'),
    survivorship: part('survivorship'),
    archive: part('archive'),
    backup: part('backup'),
    slowQueryMs: part('slowQueryMs'),
    jobs: part('jobs'),
  })
  .meta({ title: 'crm.config.json', description: 'Settings of crm; comments and trailing commas are allowed in the file.' });

function part<K extends keyof typeof PARTS>(name: K): z.ZodOptional<(typeof PARTS)[K]> {
  const { comment, example } = SETTINGS[name];
  return PARTS[name].meta({ description: comment, examples: [example] }).optional() as z.ZodOptional<(typeof PARTS)[K]>;
}

/** The JSON Schema of the config file: `schemas/crm.config.schema.json`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(CONFIG, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Names that may be any text say nothing.
      if (typeof jsonSchema.propertyNames === 'object' && Object.keys(jsonSchema.propertyNames).length === 1)
        delete jsonSchema.propertyNames;
    },
  }) as Readonly<Record<string, unknown>>;
}
