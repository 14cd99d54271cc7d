import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import { writeOutputFile } from '../formats/output-file.ts';
import type { LedgerEntry } from './connector.ts';

const LEDGER_FILE = '_crm_copy.json';

/** What was copied into a folder: a file beside the tables, of those only that are complete. */
export class FolderLedger {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, LEDGER_FILE);
  }

  /** @throws {CrmError} INPUT_UNREADABLE when the file is damaged */
  entries(): readonly LedgerEntry[] {
    if (!existsSync(this.#path)) return [];
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as LedgerEntry[];
    } catch (error) {
      throw new CrmError('INPUT_UNREADABLE', `${this.#path} cannot be read`, {
        cause: error,
        hint: 'remove it, and copy without --resume',
      });
    }
  }

  async add(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length > 0) await this.#write([...this.entries(), ...entries]);
  }

  async forget(copy: string): Promise<void> {
    if (existsSync(this.#path)) await this.#write(this.entries().filter((entry) => entry.copy !== copy));
  }

  async #write(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) rmSync(this.#path, { force: true });
    else await writeOutputFile(this.#path, async (write) => write(`${JSON.stringify(entries, null, 1)}\n`));
  }
}
