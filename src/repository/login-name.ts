import { userInfo } from 'node:os';

/** Who runs the program: the login name, or `unknown`. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // no entry in the password file, as in some containers
  }
}
