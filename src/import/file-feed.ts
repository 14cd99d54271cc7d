import { CrmError } from '../errors.ts';
import type { ImportFeed } from '../repository/import-batch.ts';
import type { RowSink } from './file-rows.ts';
import { checkInterruption } from '../interruption.ts';
import type { LocalInput } from './local-input.ts';
import type { PlanWriter } from '../formats/plan-writer.ts';
import type { RejectsFiles } from './rejects-files.ts';
import { writeRelated } from './related-request.ts';

/** How many rows may be rejected: a number, or a share of the rows read in [0, 1]. */
export type RejectLimit = { readonly rows: number } | { readonly share: number };

/** What a FileFeed has to watch over. */
export interface FeedOptions {
  readonly maxRejects?: RejectLimit;
  readonly signal?: AbortSignal;
  readonly onProgress?: (rows: number, bytes: number) => void;
}

/** Passes the rows of all files on to the writer, and watches over interruption and the limit of rejects. */
export class FileFeed {
  readonly #feed: ImportFeed;
  readonly #rejects: RejectsFiles;
  readonly #plan: PlanWriter | null;
  readonly #options: FeedOptions;
  readonly #implicitSources: Set<string>;
  #rows = 0;
  #rejected = 0;
  #bytesBefore = 0;

  constructor(feed: ImportFeed, rejects: RejectsFiles, plan: PlanWriter | null, options: FeedOptions, implicitSources: Set<string>) {
    this.#feed = feed;
    this.#rejects = rejects;
    this.#plan = plan;
    this.#options = options;
    this.#implicitSources = implicitSources;
  }

  /** Takes the rows of one file. */
  sinkFor(file: LocalInput): RowSink {
    const before = this.#bytesBefore;
    this.#bytesBefore += file.sizeBytes ?? 0;
    return {
      start: async (layout, header, impliedSource) => {
        if (impliedSource !== null) this.#implicitSources.add(impliedSource);
        this.#feed.start(layout);
        this.#rejects.begin(file.path, header);
        this.#plan?.put({ file: { path: file.path, columns: header } });
      },
      chunk: async (chunk, bytes) => {
        checkInterruption(this.#options.signal);
        const { batch, related } = chunk;
        const { rejects, counted } = await writeRelated(this.#feed, chunk);
        this.#rejects.add(rejects);
        this.#feed.reject(rejects.length - counted);
        for (const reject of this.#plan === null ? [] : rejects)
          this.#plan?.put({ row: { file: file.label, outcome: 'rejected', ...reject } });
        this.#rejected += rejects.length;
        this.#rows += rejects.length - counted + (batch?.rows.count ?? related?.rows.length ?? 0);
        if (batch !== null) await this.#feed.write(batch);
        await this.#plan?.flush();
        this.#checkRows();
        this.#options.onProgress?.(this.#rows, before + bytes);
      },
    };
  }

  #checkRows(): void {
    const limit = this.#options.maxRejects;
    if (limit !== undefined && 'rows' in limit && this.#rejected > limit.rows) this.#stop(`more than ${limit.rows}`);
  }

  /** Checks the limit when it is a share of all rows. @throws {CrmError} GUARD_RAIL */
  checkShare(): void {
    const limit = this.#options.maxRejects;
    if (limit === undefined || !('share' in limit) || this.#rejected <= limit.share * this.#rows) return;
    this.#stop(`more than ${limit.share * 100} %`);
  }

  #stop(limit: string): never {
    throw new CrmError('GUARD_RAIL', `${this.#rejected} of ${this.#rows} rows were rejected, ${limit}; nothing was written`, {
      hint: `see why in ${this.#rejects.path}, or allow more with --max-rejects`,
      details: { rejected: this.#rejected, read: this.#rows, rejects: this.#rejects.path },
    });
  }
}
