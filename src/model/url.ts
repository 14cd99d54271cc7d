/** Whether an address is the URL of a server, and not the path of a file or folder. */
export function isUrl(address: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(address);
}
