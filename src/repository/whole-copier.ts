import { openEngine, openJoined } from '../engines/index.ts';
import type { Engine, JoinableFile } from '../engines/connection.ts';
import type { Collision } from './whole-collisions.ts';
import { choose, copyChosen, differingChosen, dropColliding, sharingOfChosen } from './whole-joined.ts';
import { copyShared } from './whole-shared.ts';

/** Two databases that the statements of one reach both. */
export interface CopierFiles {
  readonly main: JoinableFile;
  readonly archive: JoinableFile;
}

/** What became of customers that were copied. */
export interface Copied {
  /** Customers whose copies are not the same when they are read back. */
  readonly differing: readonly number[];
  readonly rows: number;
}

/** Copies customers into the archive, of what is committed in the database, while somebody else holds the writer's lock of that one. */
export interface Copier {
  /**
   * Copies, commits, and reads the copies back.
   * @param onChosen told whom the archive cannot take, before the rest is copied
   * @throws {CrmError} BUSY, DISK_FULL, ENGINE
   */
  copy(ids: readonly number[], onChosen: (collisions: readonly Collision[]) => void): Promise<Copied>;
  close(): Promise<void>;
}

/** The copier that does it itself, with connections of its own. */
export class WholeCopier implements Copier {
  readonly #archive: Engine;
  readonly #main: Engine;

  private constructor(archive: Engine, main: Engine) {
    this.#archive = archive;
    this.#main = main;
  }

  static async open({ main, archive }: CopierFiles): Promise<WholeCopier> {
    const joined = await openJoined(archive, main);
    try {
      const { path, key, busyTimeoutMs } = main;
      return new WholeCopier(joined, await openEngine(path, { create: false, busyTimeoutMs, ...(key === null ? {} : { key }) }));
    } catch (error) {
      await joined.close();
      throw error;
    }
  }

  async copy(ids: readonly number[], onChosen: (collisions: readonly Collision[]) => void): Promise<Copied> {
    const rows = await this.#archive.transaction(async (connection) => {
      await choose(connection, ids);
      const collisions = await dropColliding(connection);
      onChosen(collisions);
      const sharing = await sharingOfChosen(connection);
      await copyShared(this.#main, connection, sharing, { refresh: true });
      return copyChosen(connection, sharing.customers);
    });
    return { rows, differing: await differingChosen(this.#archive) };
  }

  async close(): Promise<void> {
    await this.#main.close();
    await this.#archive.close();
  }
}
