import { describe, expect, it } from 'vitest';
import { domainOf } from '../../features/domain.ts';

/** Questions as venues ask them, many with names that mean something else elsewhere. */
const QUESTIONS = {
  crypto: [
    'Will Bitcoin hit $100k in 2025?',
    'Will ETH reach $5,000?',
    'Will Avalanche reach $50 in 2025?',
    'Avalanche price on January 5?',
    'Will Polygon dip to $0.40?',
    'Will Ripple IPO in 2025?',
    'Will SOL hit $300?',
    'Will NEAR close above $5?',
    'XRP Up or Down - November 30, 10AM ET',
    'Will DOGE hit $1?',
    'Will LINK flip DOT by market cap?',
    'Will there be an airdrop by MetaMask?',
    'MetaMask airdrop before July?',
    'Bitcoin vs. Gold: which does better in 2025?',
    'Will the SEC drop its case against Ripple?',
    'Will TON trade above $10?',
    'Solana all time high before 2026?',
    'Avalanche (AVAX) above $20 on Friday?',
  ],
  sports: [
    'Will Judge win AL MVP by unanimous vote?',
    'Will Tony Pollard and the Titans win?',
    'Boston Bruins to win on 2025-11-30?',
    'Avalanche vs. Stars',
    'Will the Colorado Avalanche beat the Dallas Stars?',
    'Spread: Avalanche (-1.5)',
    'Avalanche vs. Golden Knights: O/U 6.5',
    'Will the Colorado Avalanche sign a $100M goalie?',
    'Will the Warriors win?',
    'Cavaliers vs. Warriors',
    'Will the Jets beat the Giants?',
    'Will the Kings win game 7?',
    'Will the Miami Heat trade Jimmy Butler?',
    'Magic vs. Nets',
    'Will the Cardinals win the NL Central championship?',
    'Iran vs. USA',
    'Will Harris English win the Masters? PGA',
    'Lakers vs. Celtics',
    'Jake Paul vs. Mike Tyson',
    'Will Arsenal FC win on 2025-11-30?',
    'Senators vs. Capitals: O/U 5.5',
    'New York Jets to draft a QB first?',
    'Eagles to win by over 10.5 in the Super Bowl?',
    'Ukraine vs. Iceland',
    'LoL: T1 vs Gen.G (BO5)',
    'Will Aaron Rodgers start at quarterback for the Steelers?',
    'Spread: Jets (-3.5)',
  ],
  politics: [
    'Will the war end?',
    'Trade war between US and China?',
    'Will Harris win Pennsylvania?',
    'Harris-Trump debate in October?',
    'Trump vs. Biden: who wins the debate?',
    'Will Kamala Harris run in 2028?',
    'Will DOGE cut $250b of spending?',
    'Will Elon Musk leave DOGE?',
    'Will the Senate confirm RFK?',
    'Russia x Ukraine ceasefire in 2025?',
    'Will the US airdrop aid in Gaza?',
    'Israel strikes Iran nuclear sites?',
    'Will Trump put a tariff on foreign films?',
    'Will Trump attend the Oscars?',
    'Will Tony Blair return to parliament?',
    'Who will be the next Prime Minister of Canada?',
    'Will Congress pass a budget in March?',
    'Russia vs. Ukraine war over by June?',
  ],
  other: [
    'Will DOT fine Southwest $100 million?',
    'Dancing with the Stars season 34: who wins?',
    'Will Phish be elected to the Rock & Roll Hall of Fame?',
    'Whether the weather holds',
    'Will Harris Dickinson win best actor?',
    'Will an avalanche close the Gotthard pass?',
    'Will near-record heat hit Phoenix?',
    'Will "Civil War" win best picture?',
    'Will the Eagles play the Sphere?',
    'Best Actor nominee from "The Brutalist"?',
    'Will Avalanche be the song of the year? Billboard',
    'Will a polygon be named shape of the year?',
    'Ripple effects of the quake felt in Tokyo?',
    'Will Cardinals elect an American Pope?',
    'Will Magic Mike 4 be made?',
    'Will Tesla trade near $300?',
    'Israel wins Eurovision?',
    'Batman vs. Superman box office?',
    'Will Link Up raise $5m?',
    'Will the Stars align?',
    'Will ETH Zurich top the ranking?',
    'Fed cuts rates in March?',
    'Will a Twins movie win an Oscar?',
    'Star Wars: next film before 2027?',
    'Will Colorado avalanche deaths pass 10?',
    'Will "Senate" release an album?',
    'Harrison Ford in the next Indiana Jones?',
    'Will King Charles abdicate?',
    'Epic vs. Apple trial in 2026?',
    'Will SpaceX launch before May?',
  ],
};

describe.each(Object.entries(QUESTIONS))('the domain %s', (domain, questions) => {
  it.each(questions)('has the question "%s"', (question) => {
    expect(domainOf([], question)).toEqual({ domain, source: 'question' });
  });
});

describe('tags', () => {
  it('say more than the question, and those that say nothing are passed over', () => {
    const question = 'Will the Colorado Avalanche beat the Dallas Stars?';
    expect(domainOf(['All', 'Crypto Prices'], question)).toEqual({ domain: 'crypto', source: 'tags' });
    expect(domainOf(['weather'], question)).toEqual({ domain: 'other', source: 'tags' });
    expect(domainOf(['featured'], question)).toEqual({ domain: 'sports', source: 'question' });
    expect(domainOf([], ' ')).toBeNull();
  });
});
