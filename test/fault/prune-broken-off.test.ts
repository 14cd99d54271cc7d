import { expect, it } from 'vitest';
import { repositoryProblems, snapshotIds } from '../support/fault/backup-places.ts';
import { copyPlace, doneAt, dropPlace, newPlace } from '../support/fault/fault-place.ts';
import { killAt, profileAt } from '../support/fault/killed-command.ts';
import { peopleCsv } from '../support/people-file.ts';

const PRUNE = ['backup', 'prune', '--keep-last', '2', '--quiet'];
const WHERE = /^(rename|unlink|rm) /;

it('a prune that is killed where a file comes or goes, and then done again, leaves the newest snapshots whole', {
  timeout: 300_000,
}, async () => {
  const base = await newPlace('sqlite', { 'people.csv': peopleCsv(300, { seed: 6 }) });
  await doneAt(base, ['import', 'people.csv', '--source', 'shop', '--quiet']);
  for (let i = 1; i <= 5; i++) {
    await doneAt(base, ['edit', `${i}`, `notes=before snapshot ${i}`, '--quiet']);
    await doneAt(base, ['backup', 'create', '--quiet', '--no-verify']);
  }
  const kept = (await snapshotIds(base)).slice(-2);
  const counted = await copyPlace(base);
  const { profile } = await profileAt(counted, PRUNE);
  await dropPlace(counted);
  const steps = Object.entries(profile.steps).filter(([label]) => WHERE.test(label));
  expect(steps).not.toEqual([]);
  for (const [label, count] of steps) {
    for (let nth = 1; nth <= count; nth++) {
      const place = await copyPlace(base);
      const { wasKilled } = await killAt(place, PRUNE, { label, nth, side: 'after' });
      expect({ label, nth, wasKilled, problems: await repositoryProblems(place, kept) }).toEqual({
        label,
        nth,
        wasKilled: true,
        problems: [],
      });
      await doneAt(place, PRUNE);
      expect({ label, nth, problems: await repositoryProblems(place, kept) }).toEqual({ label, nth, problems: [] });
      expect(await snapshotIds(place)).toEqual(kept);
      await dropPlace(place);
    }
  }
});
