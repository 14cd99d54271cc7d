/**
 * Jobs started by a real cron daemon, with real crontab lines: what is done, and what is in the mails.
 *   npm run build && node test/bench/cron.mjs
 * Needs root, Debian's cron and unshare (util-linux). Mounts are those of a namespace of its own: crontabs and mails of the machine are not
 * touched. Takes up to two minutes, because cron starts nothing in between.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CRON = '/usr/sbin/cron';
const SENDMAIL = '/usr/sbin/sendmail';
const CRM = fileURLToPath(new URL('../../bin/crm.js', import.meta.url));
const PEOPLE = `external_id,name,email\n1,Ada Lovelace,ada@example.com\n2,王小明,wang@example.com\n`;
const MOST_MS = 150_000;

const step = { inbox: 'inbox/*.csv', options: '--source shop', settle: '1ms' };
/** Folders with a database and a job each. */
const PLACES = {
  good: { nightly: { steps: [step, { run: 'normalize' }, { run: 'backup create' }] } },
  cut: { nightly: { steps: [{ ...step, name: '文件', minRows: 10 }, { run: 'normalize' }] } },
  twice: { nightly: { steps: [step, { run: 'backup create' }] } },
};
/** Two lines for `twice`: two starts in the same second. */
const LINES = ['good', 'cut', 'twice', 'twice'];

if (process.argv[2] === '--inside') process.exitCode = await prove(process.argv[3]);
else process.exitCode = outside();

function outside() {
  const missing = [CRON, SENDMAIL, '/usr/bin/unshare'].filter((path) => !existsSync(path));
  if (missing.length > 0 || process.getuid() !== 0) {
    console.log(`skipped: ${missing.length > 0 ? `there is no ${missing.join(', ')}` : 'this needs root'}`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'crm-cron-'));
  const inside = [process.execPath, fileURLToPath(import.meta.url), '--inside', folder];
  const { status } = spawnSync('unshare', ['--mount', '--propagation', 'private', ...inside], { stdio: 'inherit' });
  rmSync(folder, { recursive: true, force: true });
  return status ?? 1;
}

async function prove(folder) {
  const mails = join(folder, 'mails');
  const crontab = hideMachine(folder, mails);
  for (const [name, jobs] of Object.entries(PLACES)) makePlace(join(folder, name), jobs);
  const lines = LINES.map((name) => `* * * * * cd ${join(folder, name)} && ${process.execPath} ${CRM} job run nightly --quiet`);
  writeFileSync(crontab, `MAILTO=operator\n${lines.join('\n')}\n`, { mode: 0o600 });
  console.log(readFileSync(crontab, 'utf8'));
  // Not in the last second of a minute: cron has to read the crontab first.
  while (new Date().getSeconds() > 55) await sleep(500);
  const cron = spawn(CRON, ['-f'], { stdio: 'ignore' });
  try {
    const end = Date.now() + MOST_MS;
    const isOver = () => mailsIn(mails).length >= 2 && Object.keys(PLACES).every((name) => lastRun(folder, name)?.finished_at != null);
    while (!isOver() && Date.now() < end) await sleep(500);
  } finally {
    cron.kill();
  }
  // What else would be mailed has its chance.
  await sleep(3000);
  return report(folder, mailsIn(mails));
}

/** Puts a script in the place of sendmail, and empty folders in that of crontabs. @returns path of the crontab of root */
function hideMachine(folder, mails) {
  const mount = (...args) => {
    const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
  };
  for (const name of ['/var/spool/cron/crontabs', '/etc/cron.d'])
    if (existsSync(name)) mount('-t', 'tmpfs', '-o', 'mode=0700', 'none', name);
  const [script, empty, pid] = ['sendmail', 'empty', 'pid'].map((name) => join(folder, name));
  mkdirSync(mails);
  writeFileSync(script, `#!/bin/sh\ncat > "${mails}/$$"\n`);
  chmodSync(script, 0o755);
  for (const path of [empty, pid]) writeFileSync(path, '');
  mount('--bind', script, realpathSync(SENDMAIL));
  if (existsSync('/etc/crontab')) mount('--bind', empty, '/etc/crontab');
  if (!existsSync('/run/crond.pid')) process.on('exit', () => rmSync('/run/crond.pid', { force: true }));
  else mount('--bind', pid, '/run/crond.pid');
  return '/var/spool/cron/crontabs/root';
}

function makePlace(place, jobs) {
  mkdirSync(join(place, 'inbox'), { recursive: true });
  writeFileSync(join(place, 'crm.config.json'), JSON.stringify({ database: './crm.db', jobs }));
  if (crm(place, 'init', '--yes', '--quiet').status !== 0) throw new Error('crm init failed');
  writeFileSync(join(place, 'inbox/people.csv'), PEOPLE);
}

function crm(cwd, ...args) {
  return spawnSync(process.execPath, [CRM, ...args], { cwd, encoding: 'utf8' });
}

function lastRun(folder, name) {
  return JSON.parse(crm(join(folder, name), 'job', 'history', '--json').stdout || '{"result":{"runs":[]}}').result.runs[0];
}

function mailsIn(mails) {
  return readdirSync(mails)
    .map((name) => readFileSync(join(mails, name), 'utf8'))
    .filter((text) => text !== '');
}

function report(folder, mails) {
  for (const name of Object.keys(PLACES)) {
    console.log(`--- ${name}: crm job history; files\n${crm(join(folder, name), 'job', 'history').stdout}`);
    console.log(
      readdirSync(join(folder, name, 'inbox'), { recursive: true })
        .sort()
        .join('\n'),
    );
  }
  for (const mail of mails) console.log(`--- mail\n${mail}`);
  const of = (name) => mails.filter((mail) => mail.includes(join(folder, name)));
  const body = (mail = '') => mail.slice(mail.indexOf('\n\n') + 2);
  const inbox = (name, ...path) => existsSync(join(folder, name, 'inbox', ...path));
  const count = (name) => Number(crm(join(folder, name), 'query', '--count').stdout);
  const runs = (name) => JSON.parse(crm(join(folder, name), 'job', 'history', '--json').stdout).result.runs;
  const proofs = [
    [
      'good: the file was imported and moved, and nothing was mailed',
      count('good') === 2 && inbox('good', 'done/people.csv') && of('good').length === 0,
    ],
    ['cut: one mail of two lines says what, where, and how to go on', isBlock(body(of('cut')[0])) && of('cut').length === 1],
    ['cut: nothing was written, and the file is put aside', count('cut') === 0 && inbox('cut', 'failed/people.csv')],
    ['twice: one of two starts worked', runs('twice').length === 1 && runs('twice')[0].status === 'done' && count('twice') === 2],
    ['twice: the other one is mailed', of('twice').length === 1 && / at work on this database/.test(body(of('twice')[0]))],
  ];
  for (const [what, isSo] of proofs) console.log(`${isSo ? 'ok   ' : 'WRONG'} ${what}`);
  return proofs.every(([, isSo]) => isSo) ? 0 : 1;
}

function isBlock(text) {
  const [error = '', hint = '', ...more] = text.trimEnd().split('\n');
  return (
    error.startsWith('error: job nightly stopped in step 1 (文件): people.csv: minRows: 2 rows') &&
    /^hint: .*crm job run nightly/.test(hint) &&
    more.length === 0
  );
}
