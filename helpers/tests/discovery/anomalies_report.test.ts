import { afterAll, describe, expect, it } from 'vitest';
import { chartsOf } from '../../charts/section.ts';
import { ANOMALIES_SECTION, presentAnomalies } from '../../discovery/anomalies_report.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { ANOMALIES, CLASSIFIED, WALLET_PROFILES } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { removeFolders } from '../features/tables.ts';
import { longVerdicts, sectionOf, stored, viewOf } from '../step/views.ts';
import { allUnknown, findAnomalies, KNOWN_FEATURES } from './chapter_2.ts';

afterAll(removeFolders);

const NOT_ASSESSED = { skippedReason: 'too few wallets' };

/** What is shown of the anomalies among some profiles. */
function shown(profiles: DataFrame, fdr: number) {
  const { flags, classified, anomalies } = findAnomalies(profiles, fdr);
  const view = viewOf({ fdr }, [WALLET_PROFILES, profiles], [CLASSIFIED, classified], [ANOMALIES, anomalies]);
  const { nCalibration, nTogether, nFlaggedOrdinary } = flags;
  const presentation = presentAnomalies(
    stored({ nCalibration, nTogether, nFlaggedOrdinary, validity: NOT_ASSESSED }),
    view,
  );
  return { ...presentation, flags, section: sectionOf(ANOMALIES_SECTION, presentation) };
}

describe('presentAnomalies', () => {
  it('names the most anomalous wallets by their whole address, the highest score first, with reasons', () => {
    const { section, lines } = shown(makeProfiles(200, 10, 1), 0.1);
    const table = section.blocks.find((block) => block.kind === 'table')!;
    const rows = table.kind === 'table' ? table.rows : [];
    expect(rows).toHaveLength(20);
    // The planted ten are rows 200 to 209.
    const planted = Array.from({ length: 10 }, (_, i) => `0x${(200 + i).toString(16).padStart(40, '0')}`);
    expect(rows.slice(0, 10).map(([wallet]) => wallet)).toEqual(expect.arrayContaining(planted));
    expect(rows.map(([, score]) => Number(score))).toEqual(
      rows.map(([, score]) => Number(score)).sort((a, b) => b - a),
    );
    expect(String(rows[0][3])).toMatch(/^it\S* .*, (more|later) than .* of wallets; /);
    expect(lines[1]).toContain(String(rows[0][0]));
    expect(chartsOf(section.blocks).map(({ stem }) => stem)).toEqual(['where', 'reasons']);
  });

  it('says in one sentence how many are flagged at which rate, and folds away how to read that', () => {
    const { section, flags } = shown(makeProfiles(200, 10, 1), 0.125);
    const [box, details] = section.blocks;
    expect(box).toMatchObject({
      text: `At a false discovery rate of at most 12.5 %, ${flags.nFlagged} of 210 wallets are flagged as unlike ordinary wallets.`,
    });
    expect(JSON.stringify(details)).toContain(`so ${flags.nTogether} or more must be anomalous together`);
    expect(JSON.stringify(details)).toContain(`does not name: ${flags.nFlaggedOrdinary} of the flagged.`);
    expect(longVerdicts(section.blocks)).toEqual([]);
  });

  it.each([
    ['too few ordinary wallets for p-values', 12, 0.1, 'too few for p-values.'],
    ['too few for the rate', 120, 0.01, 'too few for a false discovery rate of 1 %.'],
  ])('says that no wallet can be flagged where there are %s', (_, nWallets, fdr, reason) => {
    const { section } = shown(makeProfiles(nWallets, 0, 1), fdr);
    expect(section.blocks[0]).toMatchObject({
      text: expect.stringMatching(/^No wallet can be flagged: the folds have \d+ ordinary wallets? each/),
    });
    expect(section.blocks[0]).toMatchObject({ text: expect.stringContaining(reason) });
    expect(section.blocks[1].kind).toBe('table');
    expect(longVerdicts(section.blocks)).toEqual([]);
  });

  it('does not say that a feature was used of which no wallet has a value', () => {
    const { section, lines } = shown(allUnknown(60), 0.1);
    expect(JSON.stringify(section)).toContain(KNOWN_FEATURES);
    expect(lines[0]).toBe(`Scored by ${KNOWN_FEATURES}.`);
  });
});
