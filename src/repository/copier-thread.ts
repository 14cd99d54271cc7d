import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Engine } from '../engines/connection.ts';
import { CrmError, type ErrorCode } from '../errors.ts';
import type { Collision } from './whole-collisions.ts';
import { type Copied, type Copier, type CopierFiles, WholeCopier } from './whole-copier.ts';

/** What the thread says. */
export type CopierAnswer =
  | { readonly kind: 'chosen'; readonly collisions: readonly Collision[] }
  | { readonly kind: 'copied'; readonly copied: Copied }
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
      readonly details: Readonly<Record<string, unknown>> | undefined;
    };

/**
 * A copier for these databases; null where rows have to go through the program.
 * @param isLarge worth a thread: then one processor copies and reads back, while another one removes
 */
export async function openCopier(
  { main, archive }: { readonly main: Engine; readonly archive: Engine },
  { isLarge }: { readonly isLarge: boolean },
): Promise<Copier | null> {
  const files = { main: main.joinable(), archive: archive.joinable() };
  if (files.main === null || files.archive === null) return null;
  const isBuilt = !import.meta.url.endsWith('.ts');
  return isLarge && isBuilt ? new CopierThread(files as CopierFiles) : WholeCopier.open(files as CopierFiles);
}

/** A copier in a thread of its own. */
class CopierThread implements Copier {
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  /** Of the copying that goes on. */
  #listener: ((answer: CopierAnswer | Error) => void) | null = null;
  #failure: Error | null = null;

  constructor(files: CopierFiles) {
    this.#worker = new Worker(new URL('./whole-copier-worker.js', import.meta.url), { workerData: files });
    this.#ended = once(this.#worker, 'exit').catch(() => {}); // its failure is told below
    this.#worker.on('message', (answer: CopierAnswer) => this.#listener?.(answer));
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#listener?.(error);
    });
  }

  async copy(ids: readonly number[], onChosen: (collisions: readonly Collision[]) => void): Promise<Copied> {
    if (this.#failure !== null) throw this.#failure;
    try {
      return await new Promise((resolve, reject) => {
        this.#listener = (answer) => {
          if (answer instanceof Error) reject(answer);
          else if (answer.kind === 'chosen') onChosen(answer.collisions);
          else if (answer.kind === 'copied') resolve(answer.copied);
          else reject(thrownThere(answer));
        };
        this.#worker.postMessage(ids);
      });
    } finally {
      this.#listener = null;
    }
  }

  async close(): Promise<void> {
    this.#worker.postMessage(null);
    await this.#ended;
  }
}

function thrownThere({ code, message, hint, details }: CopierAnswer & { readonly kind: 'error' }): CrmError {
  return new CrmError(code, message, { ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) });
}
