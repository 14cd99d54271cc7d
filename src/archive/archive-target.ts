import { CrmError } from '../errors.ts';

/** What the archive is called where nobody says otherwise: `crm.db` has `crm-archive.db` beside it. */
const SUFFIX = '-archive';
/** The schema of the archive in a PostgreSQL database, where the URL names none. */
const DEFAULT_SCHEMA = 'archive';

/**
 * Path or URL of the archive of a database: as named, else a file beside the file, or a schema in the same PostgreSQL database.
 * @param main path or URL of the database
 */
export function archiveTarget(main: string, named: string | undefined): string {
  if (named !== undefined && named !== '') return named;
  if (/^postgres(ql)?:/i.test(main) && URL.canParse(main)) {
    const url = new URL(main);
    const schema = url.searchParams.get('schema');
    url.searchParams.set('schema', schema === null ? DEFAULT_SCHEMA : `${schema}_${DEFAULT_SCHEMA}`);
    return url.toString();
  }
  const [, stem = main, ending = ''] = /^(.*?[^/\\])(\.[^./\\]+)?$/.exec(main) ?? [];
  return `${stem}${SUFFIX}${ending}`;
}

/** Opens the archive, with hints that fit it. @throws {CrmError} what `open` throws */
export async function withArchiveHint<T>(target: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    const hints: Readonly<Record<string, string>> = {
      NO_DATABASE: 'nothing was archived yet, or the archive is elsewhere: name it with --archive-db, or in the config file',
      SCHEMA_OLDER: `upgrade it with: crm migrate up --db ${target}`,
    };
    const hint = hints[error.code] ?? error.hint;
    throw new CrmError(error.code, `the archive: ${error.message}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error.cause ?? error,
    });
  }
}
