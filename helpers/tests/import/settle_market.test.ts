/** Which outcome each token and each name is, from what fills say and in no order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claim, claimOf, OutcomeClaims } from '../../import/outcome_claims.ts';
import { settleMarket } from '../../import/settle_market.ts';
import { type MarketRow, NOTHING_KNOWN } from '../../venues/adapter.ts';

const M = 'm';
const [X, Y, Z] = ['11', '22', '33'];

/** What one row says: `token`, side and name, each or none. */
function said(token: string | null, index: 0 | 1 | null, name: string | null): Claim {
  return claimOf({ token, market: M, index, name, question: null, slug: null, eventId: null }, 'polymarket');
}

function together(claims: readonly Claim[]): Claim[] {
  const all = new OutcomeClaims();
  for (const claim of claims) all.add(claim);
  return [...all.all()];
}

const listed = (given: Partial<MarketRow>): MarketRow => ({ ...NOTHING_KNOWN, marketId: M, ...given });

/** Places by key, as text. */
function placesOf(row: MarketRow | null, claims: readonly Claim[]): Record<string, string> {
  const { places } = settleMarket(M, row, together(claims));
  return Object.fromEntries(
    [...places].map(([key, { marketId, outcomeIndex }]) => [key, `${marketId}/${outcomeIndex}`]),
  );
}

describe('an outcome is', () => {
  test.each<[string, MarketRow | null, Claim[], Record<string, string>]>([
    ['the side that its fills tell', null, [said(X, 1, null)], { [X]: 'm/1' }],
    ['what the list says, before its fills', listed({ tokens: [Y, X] }), [said(X, 0, null)], { [X]: 'm/1' }],
    [
      'the side of its name, where a list tells names and no tokens',
      listed({ outcomes: ['No', 'Yes'] }),
      [said(X, 0, 'yes'), said(null, null, 'NO')],
      { [X]: 'm/1', 'm#no': 'm/0' },
    ],
    [
      'the side that is left',
      null,
      [said(X, 1, 'Up'), said(Y, null, null), said(null, null, 'Down')],
      { [X]: 'm/1', [Y]: 'm/0', 'm#down': 'm/0' },
    ],
    [
      'the token of its name',
      null,
      [said(X, null, 'Trump'), said(Y, null, 'Biden'), said(null, null, 'trump')],
      { [X]: 'm/0', [Y]: 'm/1', 'm#trump': 'm/0' },
    ],
    ['Yes before No', null, [said(X, null, 'No'), said(Y, null, 'Yes')], { [X]: 'm/1', [Y]: 'm/0' }],
    [
      'the smaller token, where nothing tells',
      null,
      [said(Y, null, null), said(X, null, null)],
      { [X]: 'm/0', [Y]: 'm/1' },
    ],
    [
      'the side of the rows that tell its name with its number',
      null,
      [said(null, 1, 'Yes'), said(X, null, 'yes'), said(null, null, 'Yes')],
      { 'm#1': 'm/1', [X]: 'm/1', 'm#yes': 'm/1' },
    ],
  ])('%s', (_, row, claims, places) => {
    expect(placesOf(row, claims)).toEqual(places);
    expect(placesOf(row, claims.toReversed())).toEqual(places);
  });
});

describe('stands apart', () => {
  test.each<[string, MarketRow | null, Claim[], Record<string, string>]>([
    ['a third token', listed({ tokens: [X, Y] }), [said(Z, 0, null)], { [Z]: 'token:33/0' }],
    [
      'each of two tokens on one side',
      null,
      [said(X, 0, null), said(Y, 0, null), said(Z, 1, null)],
      { [X]: 'token:11/0', [Y]: 'token:22/0', [Z]: 'm/1' },
    ],
    [
      'each of three tokens of which nothing tells a side',
      null,
      [said(X, null, null), said(Y, null, null), said(Z, null, null)],
      { [X]: 'token:11/0', [Y]: 'token:22/0', [Z]: 'token:33/0' },
    ],
    [
      'a token of unknown side, where rows without a token have taken the sides',
      null,
      [said(X, null, null), said(null, 0, null)],
      { [X]: 'token:11/0', 'm#0': 'm/0' },
    ],
    [
      'a name that the list does not have',
      listed({ outcomes: ['Yes', 'No'] }),
      [said(null, null, 'Maybe')],
      { 'm#maybe': 'm#maybe/0' },
    ],
    [
      'a token that is said to be both sides, where the other is known',
      null,
      [said(X, 0, null), said(X, 1, null), said(Y, 0, null), said(Z, 1, null)],
      { [X]: 'token:11/0', [Y]: 'm/0', [Z]: 'm/1' },
    ],
  ])('%s', (_, row, claims, places) => {
    expect(placesOf(row, claims)).toEqual(places);
    expect(placesOf(row, claims.toReversed())).toEqual(places);
  });
});

/** Rows of one market that tell no lies: token, number and name of a side, or some of them. */
const truth = fc
  .record({
    side: fc.constantFrom<0 | 1>(0, 1),
    tellsToken: fc.boolean(),
    tellsSide: fc.boolean(),
    tellsName: fc.boolean(),
  })
  .filter(({ tellsToken, tellsSide, tellsName }) => tellsToken || tellsSide || tellsName);
const rows = fc.array(truth, { minLength: 1, maxLength: 6 });
const lists = fc.constantFrom<Partial<MarketRow> | null>(
  null,
  {},
  { outcomes: ['Trump', 'Biden'] },
  { outcomes: ['Trump', 'Biden'], tokens: [X, Y] },
);

test('whatever comes later, what was booked as one is never parted, and tokens end where they belong', () => {
  fc.assert(
    fc.property(rows, rows, lists, fc.boolean(), (first, more, list, isListedFirst) => {
      const claimsOf = (given: typeof first): Claim[] =>
        given.map(({ side, tellsToken, tellsSide, tellsName }) =>
          said(tellsToken ? [X, Y][side] : null, tellsSide ? side : null, tellsName ? ['Trump', 'Biden'][side] : null),
        );
      const row = list === null ? null : listed(list);
      const before = placesOf(isListedFirst ? row : null, claimsOf(first));
      const after = placesOf(row, [...claimsOf(first), ...claimsOf(more)]);
      for (const [a, place] of Object.entries(before))
        for (const [b, other] of Object.entries(before)) if (place === other) expect(after[a]).toBe(after[b]);
      if (X in after && Y in after) expect(after[X]).not.toBe(after[Y]);
      if (list?.tokens) for (const [i, token] of list.tokens.entries()) expect(after[token] ?? `m/${i}`).toBe(`m/${i}`);
    }),
    { numRuns: 3000 },
  );
});

const anyRow = fc
  .record({
    token: fc.constantFrom(null, X, Y, Z),
    index: fc.constantFrom(null, 0, 1),
    name: fc.constantFrom(null, 'Yes', 'no', 'YES', 'b'),
  })
  .filter(({ token, index, name }) => token !== null || index !== null || name !== null);

test('rows that contradict each other come to the same in any order, and no two tokens to one place', () => {
  fc.assert(
    fc.property(
      fc
        .array(anyRow, { maxLength: 8 })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      fc.constantFrom(null, {}, { outcomes: ['No', 'Yes'] } as const, { tokens: [Y, X] } as const),
      ([some, others], list) => {
        const claimsOf = (given: typeof some): Claim[] =>
          given.map(({ token, index, name }) => said(token, index as 0 | 1 | null, name));
        const row = list === null ? null : listed(list);
        const places = placesOf(row, claimsOf(some));
        expect(placesOf(row, claimsOf(others))).toEqual(places);
        const tokens = [X, Y, Z].flatMap((token) => places[token] ?? []);
        expect(new Set(tokens).size).toBe(tokens.length);
      },
    ),
    { numRuns: 3000 },
  );
});
