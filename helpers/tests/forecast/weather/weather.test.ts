/** The traps that public bots for these markets have fallen into, each a test. */
import { describe, expect, it } from 'vitest';
import { type Bracket, bracketOf, bracketProbability, ladderFault } from '../../../forecast/weather/brackets.ts';
import { parseClimateReport } from '../../../forecast/weather/climate_reports.ts';
import { forecastLadder, type LadderQuestion } from '../../../forecast/weather/ladder.ts';
import { guidanceFor } from '../../../forecast/weather/nbm_bulletin.ts';
import { climateDay, climateDayBounds, stationOf } from '../../../forecast/weather/stations.ts';
import { createRandom } from '../../../kernels/random.ts';
import { HOUR_MS } from '../../../run/clock.ts';

/** First columns of a public bulletin of NOAA, with a second station after it. */
const BULLETIN = `
 KAUS    NBM V5.0 NBP GUIDANCE    9/17/2026  0100 UTC
 UTC    00  12| 00  12| 00  12
 FHR    23  35| 47  59| 71  83
 TXNMN  98  73| 98  70| 99  72
 TXNSD   1   1|  1   3|  1   2
 TXNP1  97  71| 97  66| 97  69
 TXNP2  98  72| 98  68| 98  71
 TXNP5  99  73| 99  71| 99  72
 TXNP7 100  74|100  73| 99  74
 TXNP9 100  75|100  74|101  75

 KMDW    NBM V5.0 NBP GUIDANCE    9/17/2026  0100 UTC
 UTC    00  12| 00  12
 FHR    23  35| 47  59
 TXNP1 -12 -20|-11   2
 TXNP2 -11 -18|-10   4
 TXNP5 -10 -15| -9   5
 TXNP7  -9 -14| -8   7
 TXNP9  -8 -12| -7   6
`;
const ISSUED = Date.UTC(2026, 8, 17, 1);

const LADDER: readonly Bracket[] = [
  { lowest: Number.NEGATIVE_INFINITY, highest: 96 },
  { lowest: 97, highest: 98 },
  { lowest: 99, highest: 100 },
  { lowest: 101, highest: Number.POSITIVE_INFINITY },
];

function question(changes: Partial<LadderQuestion> = {}): LadderQuestion {
  return {
    extreme: 'maximum',
    brackets: LADDER,
    guidance: guidanceFor(BULLETIN, 'KAUS', '2026-09-17', 'maximum')!,
    receivedMs: ISSUED + 1.2 * HOUR_MS,
    errors: { bias: 0, rmse: 2, n: 60 },
    observed: null,
    asOfMs: ISSUED + 2 * HOUR_MS,
    ...changes,
  };
}
const chances = (changes: Partial<LadderQuestion> = {}): number[] =>
  forecastLadder(question(changes)).map((forecast) => (forecast.kind === 'estimate' ? forecast.p : Number.NaN));
const why = (changes: Partial<LadderQuestion>): string => {
  const [first] = forecastLadder(question(changes));
  return first.kind === 'abstain' ? first.why : 'no abstention';
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('strikes', () => {
  it('are brackets with both ends, not thresholds: B84.5 is 84 to 85', () => {
    expect(bracketOf({ strike_type: 'between', floor_strike: 84, cap_strike: 85 })).toEqual({
      lowest: 84,
      highest: 85,
    });
  });

  it('at the ends exclude the number that they name, unless they say otherwise', () => {
    expect(bracketOf({ strike_type: 'greater', floor_strike: 87 })?.lowest).toBe(88);
    expect(bracketOf({ strike_type: 'less', cap_strike: 80 })?.highest).toBe(79);
    expect(bracketOf({ strike_type: 'greater_or_equal', floor_strike: 87 })?.lowest).toBe(87);
    expect(bracketOf({ strike_type: 'less_or_equal', cap_strike: 80 })?.highest).toBe(80);
  });

  it('of another kind, in half degrees or missing are not guessed', () => {
    for (const strike of [
      { strike_type: 'custom', floor_strike: 84 },
      { strike_type: 'between', floor_strike: 84.5, cap_strike: 85.5 },
      { strike_type: 'between', floor_strike: 86, cap_strike: 85 },
      { strike_type: 'greater', floor_strike: null },
      {},
    ])
      expect(bracketOf(strike)).toBeNull();
  });

  it('at 0 degrees are strikes like any other', () => {
    expect(bracketOf({ strike_type: 'greater', floor_strike: 0 })?.lowest).toBe(1);
    expect(bracketOf({ strike_type: 'between', floor_strike: 0, cap_strike: 0 })).toEqual({ lowest: 0, highest: 0 });
  });

  it('give half a degree to each side: P(84 to 85) = F(85.5) − F(83.5)', () => {
    const uniform = (degrees: number): number => Math.min(1, Math.max(0, (degrees - 80) / 10));
    expect(bracketProbability({ lowest: 84, highest: 85 }, uniform)).toBeCloseTo(0.2, 12);
    expect(bracketProbability({ lowest: 88, highest: Number.POSITIVE_INFINITY }, uniform)).toBeCloseTo(0.25, 12);
    expect(bracketProbability({ lowest: Number.NEGATIVE_INFINITY, highest: 82 }, uniform)).toBeCloseTo(0.25, 12);
  });

  it('are a ladder only where exactly one holds for every temperature', () => {
    expect(ladderFault(LADDER)).toBeNull();
    expect(ladderFault([...LADDER].reverse())).toBeNull();
    expect(ladderFault(LADDER.slice(1))).toBe('nothing holds below 97');
    expect(ladderFault([LADDER[0], ...LADDER.slice(2)])).toBe('nothing holds at 97');
    expect(ladderFault([...LADDER, { lowest: 98, highest: 98 }])).toBe('two markets hold at 98');
    expect(ladderFault(LADDER.slice(0, 3))).toBe('nothing holds at 101');
  });
});

describe('the station', () => {
  it('is the one that the rules name: Midway in Chicago and Hobby in Houston, not the larger airports', () => {
    expect(stationOf('… as reported by the NWS Climatological Report (CLIMDW) for Chicago Midway …')?.icao).toBe(
      'KMDW',
    );
    expect(stationOf('per CLIHOU')?.icao).toBe('KHOU');
    expect(stationOf('per CLINYC, see also CLINYC')?.icao).toBe('KNYC');
  });

  it('is none where the rules name none, several or an unknown one', () => {
    for (const rules of ['the high in Chicago', 'CLINYC or CLIMDW', 'CLIZZZ', 'the CLIMATE report'])
      expect(stationOf(rules)).toBeNull();
  });

  it('has days of local standard time: rain at 00:30 in the summer night of Austin belongs to yesterday', () => {
    const austin = stationOf('CLIAUS')!;
    expect(climateDay(austin, Date.parse('2026-07-10T00:30:00-05:00'))).toBe('2026-07-09');
    expect(climateDay(austin, Date.parse('2026-07-10T01:00:00-05:00'))).toBe('2026-07-10');
    expect(climateDayBounds(austin, '2026-07-10').fromMs).toBe(Date.parse('2026-07-10T01:00:00-05:00'));
  });

  it('has days that are not those of UTC: an evening in Los Angeles is still today', () => {
    const evening = Date.parse('2026-12-01T20:00:00-08:00');
    expect(new Date(evening).toISOString().slice(0, 10)).toBe('2026-12-02');
    expect(climateDay(stationOf('CLILAX')!, evening)).toBe('2026-12-01');
  });
});

describe('the climate report', () => {
  const FINAL = `000\nCDUS41 KOKX\nCLINYC\n\n...THE CENTRAL PARK NY CLIMATE SUMMARY FOR SEPTEMBER 20 2026...\n\nTEMPERATURE (F)\n YESTERDAY\n  MAXIMUM         69   2:11 PM  91    1983\n  MINIMUM         MM\n`;

  it('says day, maximum and minimum, and that a value is missing', () => {
    expect(parseClimateReport(FINAL)).toEqual({ day: '2026-09-20', maximum: 69, minimum: null, isPreliminary: false });
    expect(parseClimateReport(FINAL.replace('MAXIMUM         69', 'MAXIMUM         -3'))?.maximum).toBe(-3);
  });

  it('of the afternoon is preliminary: it said 67 where the final one said 69, another bracket', () => {
    const early = FINAL.replace('TEMPERATURE (F)', 'VALID TODAY AS OF 0400 PM LOCAL TIME.\nTEMPERATURE (F)').replace(
      '69',
      '67',
    );
    expect(parseClimateReport(early)).toMatchObject({ maximum: 67, isPreliminary: true });
  });

  it('is not found in other texts', () => {
    expect(parseClimateReport('RECORD EVENT REPORT')).toBeNull();
    expect(parseClimateReport('CLIMATE SUMMARY FOR SMARCH 20 2026')).toBeNull();
  });
});

describe('the bulletin', () => {
  it('has the maximum of a day in the column that ends at 00 UTC of the next, not a mean and not the night', () => {
    expect(guidanceFor(BULLETIN, 'KAUS', '2026-09-17', 'maximum')).toEqual({
      issuedMs: ISSUED,
      validMs: Date.UTC(2026, 8, 18),
      ...{ p10: 97, p25: 98, p50: 99, p75: 100, p90: 100 },
    });
    expect(guidanceFor(BULLETIN, 'KAUS', '2026-09-18', 'minimum')).toMatchObject({ p10: 71, p50: 73, p90: 75 });
  });

  it('reads numbers that touch a bar, and negative ones', () => {
    expect(guidanceFor(BULLETIN, 'KAUS', '2026-09-18', 'maximum')).toMatchObject({ p75: 100, p90: 100 });
    expect(guidanceFor(BULLETIN, 'KMDW', '2026-09-17', 'maximum')).toMatchObject({ p10: -12, p90: -8 });
  });

  it('gives nothing for another station, a day beyond it, falling percentiles or a hole in a row', () => {
    expect(guidanceFor(BULLETIN, 'KNYC', '2026-09-17', 'maximum')).toBeNull();
    expect(guidanceFor(BULLETIN, 'KAUS', '2026-09-25', 'maximum')).toBeNull();
    expect(guidanceFor(BULLETIN, 'KMDW', '2026-09-19', 'minimum')).toBeNull();
    expect(
      guidanceFor(BULLETIN.replace('TXNP5  99  73|', 'TXNP5  99    |'), 'KAUS', '2026-09-17', 'maximum'),
    ).toBeNull();
  });
});

describe('the ladder', () => {
  it('adds up to 1, tied percentiles or not, cut off or not', () => {
    expect(sum(chances())).toBeCloseTo(1, 12);
    expect(sum(chances({ observed: { degrees: 99, source: 'METAR' } }))).toBeCloseTo(1, 12);
    expect(sum(chances({ errors: { bias: 3, rmse: 0.1, n: 60 } }))).toBeCloseTo(1, 12);
  });

  it('is by hand: a median of 99 and 2 degrees each way', () => {
    // Φ(−1.25), Φ(−.25) − Φ(−1.25), Φ(.75) − Φ(−.25), 1 − Φ(.75)
    expect(chances().map((p) => p.toFixed(4))).toEqual(['0.1056', '0.2956', '0.3721', '0.2266']);
  });

  it('moves with the bias of the station, and is as wide as its past errors, not as the day is warm and cold', () => {
    expect(chances({ errors: { bias: 2, rmse: 2, n: 60 } })[3]).toBeGreaterThan(chances()[3]);
    expect(chances({ errors: { bias: 0, rmse: 4, n: 60 } })[3]).toBeGreaterThan(chances()[3]);
  });

  it('leaves nothing below what was observed, but for the degree that rounding to Celsius and back may take', () => {
    const [below, low, ...rest] = chances({ observed: { degrees: 99, source: 'METAR' } });
    expect(below).toBe(0);
    // 98 is still possible, 97 is not.
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(chances()[1]);
    expect(sum(rest)).toBeGreaterThan(sum(chances().slice(2)));
  });

  it('of minima is cut off above what was observed', () => {
    const night = { extreme: 'minimum' as const, guidance: guidanceFor(BULLETIN, 'KAUS', '2026-09-18', 'minimum')! };
    const brackets = [
      { lowest: Number.NEGATIVE_INFINITY, highest: 71 },
      { lowest: 72, highest: 74 },
      { lowest: 75, highest: Number.POSITIVE_INFINITY },
    ];
    expect(chances({ ...night, brackets, observed: { degrees: 72, source: 'METAR' } })[2]).toBe(0);
    expect(sum(chances({ ...night, brackets, observed: { degrees: 72, source: 'METAR' } }))).toBeCloseTo(1, 12);
  });

  it('abstains from an old run, from a bulletin that was not here yet, from a broken ladder and from a contradiction', () => {
    expect(why({ asOfMs: ISSUED + 13 * HOUR_MS })).toBe('the newest bulletin is 13h 00m old');
    expect(why({ asOfMs: ISSUED + HOUR_MS })).toBe('the bulletin was not here yet');
    expect(why({ brackets: LADDER.slice(1) })).toBe('the markets are no whole ladder: nothing holds below 97');
    expect(why({ observed: { degrees: 120, source: 'METAR' } })).toBe(
      '120 °F was observed where the bulletin leaves nothing',
    );
  });

  it('is calibrated on simulated stations: what it gives p comes true in p of the days', () => {
    const random = createRandom(9);
    const nBins = 10;
    const told = new Float64Array(nBins);
    const came = new Float64Array(nBins);
    const days = new Float64Array(nBins);
    for (let day = 0; day < 4000; day++) {
      // The station runs 1.5 degrees warmer than the bulletin, whose percentiles come in whole degrees.
      const median = 60 + 30 * random.uniform();
      const sd = 1.5 + 2.5 * random.uniform();
      const latent = median + 1.5 + sd * random.normal();
      const truth = Math.round(latent);
      const at = (z: number): number => Math.round(median + z * sd);
      const guidance = {
        ...{ issuedMs: ISSUED, validMs: ISSUED },
        ...{ p10: at(-1.2816), p25: at(-0.6745), p50: at(0), p75: at(0.6745), p90: at(1.2816) },
      };
      const from = Math.round(median) - 4;
      const brackets = [
        { lowest: Number.NEGATIVE_INFINITY, highest: from - 1 },
        ...[0, 2, 4, 6].map((step) => ({ lowest: from + step, highest: from + step + 1 })),
        { lowest: from + 8, highest: Number.POSITIVE_INFINITY },
      ];
      chances({ brackets, guidance, errors: { bias: 1.5, rmse: 1.2, n: 60 } }).forEach((p, i) => {
        const bin = Math.min(nBins - 1, Math.floor(p * nBins));
        told[bin] += p;
        days[bin]++;
        if (truth >= brackets[i].lowest && truth <= brackets[i].highest) came[bin]++;
      });
    }
    for (let bin = 0; bin < nBins; bin++) {
      if (days[bin] < 300) continue;
      const p = told[bin] / days[bin];
      expect(Math.abs(came[bin] / days[bin] - p)).toBeLessThan(0.01 + 4 * Math.sqrt((p * (1 - p)) / days[bin]));
    }
  });
});
