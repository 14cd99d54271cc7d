export function parseClean(text: string): string[][];
export function scoreOf(clean: readonly (readonly string[])[], found: readonly (readonly string[])[]): number;
