/** The bytes of a regular file, from any place of it; fewer than asked for at its end. */
export interface FileSource {
  readonly sizeBytes: number;
  read(offset: number, length: number): Uint8Array;
}
