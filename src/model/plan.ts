import type { Change, ChildTable, Entity } from './changeset.ts';
import type { FieldValue, FieldValues } from './customer.ts';

/** What the first member of a plan's header says. */
export const PLAN_FORMAT = 'crm-plan';

/** The version of the format that this program writes and reads. */
export const PLAN_VERSION = 1;

/**
 * What a database was when a plan was made: its newest run, and how many customers it had. A run stands for itself only
 * with its times, so that the histories of two databases are told apart, and a copy passes for its original.
 */
export interface PlanBaseline {
  readonly run: { readonly id: number; readonly command: string; readonly started_at: string; readonly finished_at: string | null } | null;
  readonly customers: number;
  /** The highest id of a customer; 0 where there is none. */
  readonly lastId: number;
}

/** The first line of a plan. */
export interface PlanHeader {
  readonly format: typeof PLAN_FORMAT;
  readonly version: typeof PLAN_VERSION;
  /** The command that it is a dry run of. */
  readonly command: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What the database was called; it may be called otherwise when the plan is applied. */
  readonly database: string;
  /** ISO-8601 UTC. */
  readonly created_at: string;
  readonly baseline: PlanBaseline;
}

/** What becomes of a row. */
export type RowOutcomeName = 'create' | 'update' | 'unchanged' | 'skipped' | 'rejected';

/** A row of a table that belongs to a customer, as a plan shows it within the outcome of a row. */
export interface PlannedChild {
  readonly table: ChildTable;
  readonly before: FieldValues | null;
  readonly after: FieldValues | null;
}

/**
 * What becomes of one row of a file. Customers that the plan makes have no id yet: -1 is the first of them. `changes` and
 * `children` are what this row adds to what earlier rows of the same customer have changed.
 */
export interface PlannedRow {
  readonly file: string;
  readonly line: number;
  readonly outcome: RowOutcomeName;
  readonly customer?: number;
  readonly changes?: Readonly<Record<string, { readonly before: FieldValue; readonly after: FieldValue }>>;
  readonly children?: readonly PlannedChild[];
  /** Of rejected rows: why, where, and the cells as they came. */
  readonly code?: string;
  readonly reason?: string;
  readonly byte?: number;
  readonly column?: string | null;
  readonly cells?: readonly string[];
}

/** A customer to be made, with all that belongs to it. */
export interface PlannedCustomer {
  readonly id: number;
  /** Its fields, flat; a company that is made after it is left out and linked by a `link` line. */
  readonly customer: FieldValues;
  readonly rowHash: number | null;
  readonly children?: Readonly<Partial<Record<ChildTable, readonly FieldValues[]>>>;
  /** Ids of customers that had its e-mail or phone when the plan was made: where there are others, the data moved. */
  readonly near?: readonly number[];
}

/** Bookkeeping of a stored customer after its changes. */
export interface PlannedVersion {
  readonly id: number;
  readonly version: number;
  readonly rowHash: number | null;
}

/** Customers to be archived, with their versions: who has another one then was changed. */
export interface PlannedArchive {
  readonly kind: 'person' | 'organisation';
  /** The policy that they fall under; null where they were chosen in another way. */
  readonly policy: string | null;
  readonly customers: readonly (readonly [id: number, version: number])[];
}

/** The last line of a plan: without it, the plan is not whole. */
export interface PlanEnd {
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly counts: Readonly<Record<string, number>>;
  /** Lines before this one. */
  readonly lines: number;
  /** Hex SHA-256 of all lines before, and of this one without it. */
  readonly sha256: string;
}

/**
 * A line of a plan after the header: first what becomes of the rows, for people and programs to read; then the effects
 * that `crm apply` executes.
 */
export type PlanLine =
  | { readonly file: { readonly path: string; readonly columns: readonly string[] } }
  | { readonly row: PlannedRow }
  /** How many ids the plan takes: of customers, and of the tables that have ids of their own. */
  | { readonly ids: Readonly<Record<string, number>> }
  | { readonly create: PlannedCustomer }
  | { readonly link: { readonly id: number; readonly company_id: number } }
  | { readonly change: Change }
  | { readonly touched: PlannedVersion }
  | { readonly archive: PlannedArchive }
  /** Imported rows, by their hash, that find these customers again. */
  | { readonly marks: readonly (readonly [rowHash: number, customer: number])[] }
  | { readonly end: PlanEnd };

/** Takes the lines of a plan as they come. */
export interface PlanSink {
  put(line: { readonly header: PlanHeader } | PlanLine): void;
  /** Waits until what was put is on its way. */
  flush(): Promise<void>;
}

/**
 * Columns that hold an id which runs give, by table, with the table whose ids they are (`runs`: the run itself). Customers' ids
 * are not among them.
 */
export const OWN_IDS: Readonly<Partial<Record<Entity, readonly { readonly column: string; readonly of: Entity | 'runs' }[]>>> = {
  redirects: [{ column: 'run_id', of: 'runs' }],
  contact_points: [{ column: 'id', of: 'contact_points' }],
  interactions: [{ column: 'id', of: 'interactions' }],
  products: [{ column: 'id', of: 'products' }],
  orders: [{ column: 'id', of: 'orders' }],
  order_items: [
    { column: 'order_id', of: 'orders' },
    { column: 'product_id', of: 'products' },
  ],
};
