import fc from 'fast-check';

/**
 * Property tests try the same values each time, so that a change is to blame when one fails. To look for what they have not
 * met, run one with other seeds: `CRM_TEST_SEED=$RANDOM npx vitest run test/property`.
 */
fc.configureGlobal({ seed: Number(process.env.CRM_TEST_SEED ?? 20_261_126) });
