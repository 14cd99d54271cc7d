import { createHash } from 'node:crypto';
import { OutputFile } from './output-file.ts';
import type { PlanEnd, PlanHeader, PlanLine, PlanSink } from '../model/plan.ts';

/** Where a plan goes: a file, which appears whole or not at all, or what takes its text piece by piece. */
export type PlanTarget = string | ((text: string) => void | Promise<void>);

const CHUNK_CHARACTERS = 256 * 1024;

/** Writes a plan as NDJSON: header, lines, and an end that vouches for all of them. */
export class PlanWriter implements PlanSink {
  readonly #target: PlanTarget;
  #file: OutputFile | null = null;
  readonly #hash = createHash('sha256');
  #lines = 0;
  #text = '';

  constructor(target: PlanTarget) {
    this.#target = target;
  }

  /** @throws {CrmError} OUTPUT_FAILED when the file cannot be made */
  put(line: { readonly header: PlanHeader } | PlanLine): void {
    if (typeof this.#target === 'string') this.#file ??= new OutputFile(this.#target);
    this.#lines++;
    this.#text += `${JSON.stringify('header' in line ? line.header : line)}\n`;
  }

  async flush(): Promise<void> {
    if (this.#text.length >= CHUNK_CHARACTERS) await this.#send();
  }

  #write(text: string): void | Promise<void> {
    return typeof this.#target === 'string' ? this.#file?.write(text) : this.#target(text);
  }

  async #send(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    this.#hash.update(text);
    await this.#write(text);
  }

  /** Ends the plan and gives the file its name. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  async end({ files, counts }: Pick<PlanEnd, 'files' | 'counts'>): Promise<void> {
    await this.#send();
    const body = { files, counts, lines: this.#lines };
    const sha256 = this.#hash.update(endText(body)).digest('hex');
    await this.#write(`${JSON.stringify({ end: { ...body, sha256 } })}\n`);
    this.#file?.finish();
  }

  /** Removes what was written to the file; harmless after `end`. */
  discard(): void {
    this.#file?.discard();
  }
}

/** What the checksum of a plan covers of its last line. */
export function endText({ files, counts, lines }: Omit<PlanEnd, 'sha256'>): string {
  return JSON.stringify({ files, counts, lines });
}
