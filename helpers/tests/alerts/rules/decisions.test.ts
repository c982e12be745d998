import { describe, expect, it } from 'vitest';
import { ALERT_RECORD, type AlertRecord } from '../../../alerts/record.ts';
import { DECISION_SETTINGS, decideBets } from '../../../alerts/rules/decisions.ts';
import type { BetFacts } from '../../../alerts/rules/facts.ts';
import { HOUR_MS } from '../../../run/clock.ts';
import { T0 } from '../made_up_record.ts';
import { madeUpBet, madeUpFacts, OLD_WALLET, SCORE, WALLET } from './made_up_bets.ts';

const NOW = T0 + 5000;
const FRESH = { ...OLD_WALLET, nFills: 12, firstFillMs: T0 - HOUR_MS };
const FLAGGED = { anomaly: SCORE, redFlags: null, cluster: null };

function facts(bet: Parameters<typeof madeUpBet>[0], changes: Partial<BetFacts> = {}): BetFacts {
  return madeUpFacts({ bet: madeUpBet(bet), ...changes });
}

describe('decisions about bets', () => {
  it('are whole records with reasons, figures, times and links', () => {
    const settings = { ...DECISION_SETTINGS, casesUrl: 'https://cases.example/wallets.html' };
    const [record, ...others] = decideBets([facts({}, { wallet: FRESH })], NOW, [], settings);
    expect(others).toEqual([]);
    expect(ALERT_RECORD.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      rule: 'fresh_whale',
      verdict: 'alert',
      whyNot: null,
      title: 'fresh whale: a wallet bought Yes for $2,000 at $0.400 a share',
      outcomeName: 'Yes',
      eventMs: T0,
      receivedMs: T0 + 1000,
      decidedMs: NOW,
      score: 2,
      known: { age_ms: HOUR_MS, amount_usd: 2000, n_fills_before: 12, side: 'BUY', n_fills: 1, first_ms: T0 },
      links: [
        { label: 'Market', url: 'https://polymarket.com/market/rain' },
        { label: 'Wallet', url: `https://polymarket.com/profile/${WALLET}` },
        { label: 'Case file', url: `https://cases.example/wallets.html#${WALLET}` },
      ],
    });
  });

  it('suppress what a filter holds back, and say which', () => {
    const around = { isSelfMatch: false, washRingSize: 3 };
    const [record] = decideBets([facts({}, { wallet: FRESH, around })], NOW);
    expect(record).toMatchObject({ verdict: 'suppressed', whyNot: 'wash ring: 3 wallets that trade among themselves' });
  });

  it('keep near misses with what was missing, also where a filter holds', () => {
    const around = { isSelfMatch: true, washRingSize: null };
    const [record] = decideBets([facts({ amountUsd: 900 }, { wallet: FRESH, around })], NOW);
    expect(record).toMatchObject({ verdict: 'near_miss', whyNot: '$900 of the $1,000 that the rule asks for' });
  });

  it('tell of a wallet and market once a day, whichever rule speaks later, until the bet has doubled', () => {
    const at = (bet: object, changes: object, earlier: readonly AlertRecord[] = []) =>
      decideBets([facts(bet, { wallet: FRESH, ...changes })], NOW, earlier)[0];
    const told = at({ amountUsd: 3000 }, {});
    expect(told).toMatchObject({ rule: 'fresh_whale', verdict: 'alert', amountUsd: 3000 });
    // The same decision stays what it was.
    expect(at({ amountUsd: 3500 }, {}, [told])).toMatchObject({ id: told.id, verdict: 'alert' });
    const later = { wallet: OLD_WALLET, scores: FLAGGED };
    expect(at({ amountUsd: 5999 }, later)).toMatchObject({ rule: 'anomaly', verdict: 'alert' });
    expect(at({ amountUsd: 5999 }, later, [told])).toMatchObject({
      rule: 'anomaly',
      verdict: 'suppressed',
      whyNot: `the same wallet: alert ${told.id} is about it`,
    });
    for (const more of [{ amountUsd: 6000 }, { amountUsd: 5999, wallet: 'b' }])
      expect(at(more, later, [told])).toMatchObject({ verdict: 'alert' });
    const nextDay = { ...later, day: { ...madeUpFacts().day, day: '2026-11-22' } };
    expect(at({ amountUsd: 5999 }, nextDay, [told])).toMatchObject({ verdict: 'alert' });
    // A rule about one market speaks of another; a suppressed alert has told nothing.
    expect(at({ marketId: 'm2' }, {}, [told])).toMatchObject({ rule: 'fresh_whale', verdict: 'alert' });
    expect(at({ amountUsd: 5999 }, later, [{ ...told, verdict: 'suppressed' }])).toMatchObject({ verdict: 'alert' });
  });

  it('have one id a rule, wallet, market and day, so that the same day can be looked at again', () => {
    const id = (bet: object, day = '2026-11-21') =>
      decideBets([facts(bet, { wallet: FRESH, day: { ...madeUpFacts().day, day } })], NOW)[0].id;
    expect(id({ amountUsd: 3000, tsMs: T0 + 60_000 })).toBe(id({}));
    expect(new Set([id({}), id({ marketId: 'm2' }), id({ wallet: 'b' }), id({}, '2026-11-22')]).size).toBe(4);
  });

  it('speak once a day of an unusual wallet, about its largest bet', () => {
    const bets = [100, 1900, 300].map((amountUsd, i) => facts({ amountUsd, marketId: `m${i}` }, { scores: FLAGGED }));
    const records = decideBets(bets, NOW);
    expect(records.map(({ rule, amountUsd }) => [rule, amountUsd])).toEqual([['anomaly', 1900]]);
  });

  it('about one wallet and market are one alert that gives the reasons of all, before those of one rule', () => {
    const scores = FLAGGED;
    const [first, second, ...rest] = decideBets(
      [facts({ wallet: 'b', amountUsd: 9000 }, { wallet: FRESH }), facts({}, { wallet: FRESH, scores })],
      NOW,
    );
    expect([first.rule, first.wallet, first.verdict]).toEqual(['fresh_whale', WALLET, 'alert']);
    expect(first.reasons.at(-1)).toMatch(/^Also anomaly: It is unlike the others\. The model says/);
    expect([second.wallet, second.verdict]).toEqual(['b', 'alert']);
    const [anomaly] = rest.filter(({ rule }) => rule === 'anomaly');
    expect([anomaly.verdict, anomaly.whyNot]).toEqual(['suppressed', `the same wallet: alert ${first.id} is about it`]);
  });

  it('of a wallet that is unusual and nothing else asks for $5,000, and for less where another rule agrees', () => {
    const of = (amountUsd: number, wallet = OLD_WALLET) =>
      decideBets([facts({ amountUsd }, { wallet, scores: FLAGGED })], NOW)[0];
    expect(of(4999)).toMatchObject({
      rule: 'anomaly',
      verdict: 'near_miss',
      whyNot: 'only the rule anomaly speaks of it, and the bet is $4,999, less than $5,000',
    });
    expect(of(5000)).toMatchObject({ rule: 'anomaly', verdict: 'alert' });
    expect(of(1000, FRESH)).toMatchObject({ rule: 'fresh_whale', verdict: 'alert' });
    expect(of(1000, FRESH).reasons.at(-1)).toMatch(/^Also anomaly: /);
  });

  it('about one wallet in two markets are two alerts', () => {
    const bets = ['m1', 'm2'].map((marketId) => facts({ marketId }, { wallet: FRESH }));
    expect(decideBets(bets, NOW).map(({ verdict }) => verdict)).toEqual(['alert', 'alert']);
  });

  it('of both sides of one match keep the taker, and the alerts come before the rest', () => {
    const other = facts(
      { wallet: 'b', role: null, outcomeIndex: 1, price: 0.6, amountUsd: 1500, tx: 't' },
      { wallet: FRESH },
    );
    const taker = facts({ tx: 't' }, { wallet: FRESH });
    const stranger = facts({ wallet: 'c', outcomeIndex: 1, tx: 'u' }, { wallet: FRESH });
    const records = decideBets([other, stranger, taker], NOW);
    const verdicts = Object.fromEntries(records.map(({ wallet, verdict }) => [wallet, verdict]));
    expect(verdicts).toEqual({ [WALLET]: 'alert', b: 'suppressed', c: 'alert' });
    const kept = records.find(({ wallet }) => wallet === WALLET)?.id;
    expect(records.find(({ wallet }) => wallet === 'b')?.whyNot).toBe(
      `the other side of a match: alert ${kept} is about it`,
    );
  });

  it('on the same side of one match are both kept', () => {
    const makers = ['b', 'c'].map((wallet) => facts({ wallet, role: null, tx: 't' }, { wallet: FRESH }));
    expect(decideBets(makers, NOW).map(({ verdict }) => verdict)).toEqual(['alert', 'alert']);
  });
});
