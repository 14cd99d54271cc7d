import { OutputFile } from '../formats/output-file.ts';

/** Writes a page to a file, which appears whole or not at all. @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
export function writeWhole(path: string, page: string): void {
  const file = new OutputFile(path);
  try {
    file.write(page);
    file.finish();
  } finally {
    file.discard();
  }
}
