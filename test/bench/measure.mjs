/** Runs programs as whole processes and compares their medians; used by run.mjs. */
import { spawnSync } from 'node:child_process';

/** Whether a program can be found. */
export function isInstalled(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/**
 * Runs a shell command once.
 * @returns {{seconds: number, peakMb: number}} wall time and the largest resident size of one of its processes
 */
export function runOnce(command) {
  const result = spawnSync('/usr/bin/time', ['-f', '\n%e %M', 'sh', '-c', command], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const match = /(\d+(?:\.\d+)?) (\d+)\s*$/.exec(result.stderr);
  if (match === null || (result.status !== 0 && result.status !== 3))
    throw new Error(`failed (${result.status}): ${command}\n${result.stderr.slice(-2000)}`);
  return { seconds: Number(match[1]), peakMb: Number(match[2]) / 1024 };
}

/** Runs both commands in turn, `runs` times each after `before`, and gives their medians and the median of the ratios. */
export function compare({ ours, peer, runs, before = '', peerBefore = before }) {
  const a = [];
  const b = [];
  for (let i = 0; i < runs; i++) {
    if (before !== '') runOnce(before);
    a.push(runOnce(ours));
    if (peerBefore !== '') runOnce(peerBefore);
    b.push(runOnce(peer));
  }
  return {
    ours: median(a.map((run) => run.seconds)),
    peer: median(b.map((run) => run.seconds)),
    ratio: median(a.map((run, i) => run.seconds / b[i].seconds)),
    peakMb: Math.max(...a.map((run) => run.peakMb)),
  };
}

/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
