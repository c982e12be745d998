/** The market lists beside the fills: poly_data's `markets.csv` (v1) and Gamma's objects, one a line. */
import type { Random } from '../kernels/random.ts';
import { isoTime, SECOND_MS } from '../run/clock.ts';
import { type ByteTable, randomHex, tableString } from './byte_tables.ts';
import type { Catalogue } from './catalogue.ts';
import { DOMAINS, drawTopic, type Topic } from './questions.ts';

export interface MarketOutcome {
  /** The leg each event resolved to, -1 while open or void. */
  readonly winners: Int32Array;
  readonly volumeMicroUsd: Float64Array;
  /** Last price of outcome 0 in thousandths, NaN before the first trade. */
  readonly lastPriceMilli: Float64Array;
  /** When the lists were taken, unix seconds. */
  readonly asOfS: number;
}

const MARKET_COLUMNS = [
  'createdAt',
  'id',
  'question',
  'answer1',
  'answer2',
  'neg_risk',
  'market_slug',
  'token1',
  'token2',
  'condition_id',
  'volume',
  'ticker',
  'closedTime',
] as const;

/** Taker fee rates as the venue publishes them, by domain. */
const FEE_RATES: Readonly<Record<string, number>> = { sports: 0.05, politics: 0.04, crypto: 0.07, other: 0.05 };

/** All of a market that the two lists have in common. */
interface Listing {
  readonly id: number;
  readonly eventId: number;
  readonly question: string;
  readonly slug: string;
  readonly eventTitle: string;
  readonly ticker: string;
  readonly topic: Topic;
  readonly domain: string;
  readonly tokens: readonly [string, string];
  readonly conditionId: string;
  readonly groupId: string | null;
  readonly isOtherLeg: boolean;
  readonly createdS: number;
  readonly openS: number;
  readonly endS: number;
  /** Null while trading goes on. */
  readonly closedS: number | null;
  /** Prices of both outcomes as the venue prints them. */
  readonly prices: readonly [string, string];
  readonly volumeUsd: number;
  readonly createdText: string;
}

/** What the markets of one event have in common. */
interface EventListing {
  readonly event: number;
  readonly topic: Topic;
  /** Null for a market that stands alone. */
  readonly groupId: string | null;
  readonly createdS: number;
  readonly isAugmented: boolean;
}

/**
 * Calls `write` with each market's CSV line and JSON line, in order of creation, the CSV header first (with no JSON).
 * What is asked and called is drawn from `random`, so it can carry no trace of who trades.
 */
export function writeMarketLists(
  random: Random,
  catalogue: Catalogue,
  tokens: ByteTable,
  outcome: MarketOutcome,
  write: (csvLine: string, jsonLine: string) => void,
): void {
  const { events } = catalogue;
  write(`${MARKET_COLUMNS.join(',')}\n`, '');
  for (let event = 0; event < events.n; event++) {
    const first = events.marketStarts[event];
    const nLegs = events.marketStarts[event + 1] - first;
    const topic = drawTopic(random, DOMAINS[events.domains[event]], events.finalAtS[event], nLegs > 1 ? nLegs : 0);
    const groupId = nLegs > 1 ? randomHex(random, 8) : null;
    const createdS = events.openAtS[event] - Math.round(600 + 7200 * random.uniform());
    const shared = { event, topic, groupId, createdS, isAugmented: nLegs >= 6 };
    for (let market = first; market < first + nLegs; market++) {
      const pair = [tableString(tokens, market * 2), tableString(tokens, market * 2 + 1)] as const;
      const listing = createListing(random, catalogue, outcome, shared, market, pair);
      write(csvLine(listing, shared.isAugmented), gammaLine(listing, shared.isAugmented, outcome.asOfS));
    }
  }
}

function createListing(
  random: Random,
  { events }: Catalogue,
  outcome: MarketOutcome,
  { event, topic, groupId, createdS, isAugmented }: EventListing,
  market: number,
  tokens: readonly [string, string],
): Listing {
  const leg = market - events.marketStarts[event];
  const isGroup = groupId !== null;
  const isOtherLeg = isAugmented && leg === topic.legs.length - 1;
  const question = !isGroup
    ? topic.question
    : isOtherLeg
      ? `Will another outcome follow: ${topic.question}`
      : topic.legs[leg];
  const isClosed = events.closedAtS[event] <= outcome.asOfS;
  const ticker = `${slugify(topic.question)}-${event}`;
  return {
    id: 500_000 + market,
    eventId: 20_000 + event,
    question,
    slug: isGroup ? `${slugify(question)}-${market}` : ticker,
    eventTitle: topic.question,
    ticker,
    topic,
    domain: DOMAINS[events.domains[event]],
    tokens,
    conditionId: randomHex(random, 8),
    groupId,
    isOtherLeg,
    createdS,
    openS: events.openAtS[event],
    // Scheduled ends are round: the hour that the resolution falls in.
    endS: Math.ceil(events.finalAtS[event] / 3600) * 3600,
    closedS: isClosed ? events.closedAtS[event] : null,
    prices: printedPrices(isClosed, isGroup, outcome.winners[event], leg, outcome.lastPriceMilli[market]),
    volumeUsd: outcome.volumeMicroUsd[market] / 1e6,
    createdText: venueTime(createdS, random),
  };
}

function printedPrices(
  isClosed: boolean,
  isGroup: boolean,
  winner: number,
  leg: number,
  lastMilli: number,
): [string, string] {
  if (!isClosed) {
    const milli = Number.isNaN(lastMilli) ? 500 : lastMilli;
    return [String(milli / 1000), String((1000 - milli) / 1000)];
  }
  if (winner < 0) return ['0.5', '0.5'];
  // In a stand-alone market leg 1 is outcome 1; in a group the winning leg says yes and all others no.
  const isYes = isGroup ? winner === leg : winner === 0;
  return isYes ? ['1', '0'] : ['0', '1'];
}

function csvLine(listing: Listing, isAugmented: boolean): string {
  const { topic, tokens } = listing;
  return `${[
    listing.createdText,
    String(listing.id),
    listing.question,
    topic.answers[0],
    topic.answers[1],
    isAugmented ? 'True' : 'False',
    listing.slug,
    tokens[0],
    tokens[1],
    listing.conditionId,
    String(listing.volumeUsd),
    listing.ticker,
    listing.closedS === null ? '' : spacedTime(listing.closedS),
  ]
    .map(csvField)
    .join(',')}\n`;
}

function gammaLine(listing: Listing, isAugmented: boolean, asOfS: number): string {
  const { topic, groupId } = listing;
  const isClosed = listing.closedS !== null;
  const endDate = venueTime(listing.endS);
  const startDate = venueTime(listing.openS);
  const tags = topic.tags.map((slug, i) => ({ id: String(100 + ((slug.length * 37 + i) % 900)), label: slug, slug }));
  const market = {
    id: String(listing.id),
    question: listing.question,
    conditionId: listing.conditionId,
    slug: listing.slug,
    resolutionSource: '',
    endDate,
    startDate,
    createdAt: listing.createdText,
    updatedAt: venueTime(listing.closedS ?? asOfS),
    ...(isClosed ? { closedTime: spacedTime(listing.closedS), umaResolutionStatus: 'resolved' } : {}),
    endDateIso: endDate.slice(0, 10),
    startDateIso: startDate.slice(0, 10),
    outcomes: JSON.stringify(topic.answers),
    outcomePrices: JSON.stringify(listing.prices),
    clobTokenIds: JSON.stringify(listing.tokens),
    volume: String(listing.volumeUsd),
    volumeNum: listing.volumeUsd,
    active: true,
    closed: isClosed,
    archived: false,
    restricted: true,
    enableOrderBook: true,
    acceptingOrders: !isClosed,
    orderPriceMinTickSize: 0.01,
    orderMinSize: 5,
    negRisk: groupId !== null,
    ...(groupId !== null ? { negRiskMarketID: groupId, negRiskOther: listing.isOtherLeg } : {}),
    feesEnabled: true,
    feeSchedule: { rate: FEE_RATES[listing.domain], exponent: 1, takerOnly: true, rebateRate: 0.25 },
    tags,
    events: [
      {
        id: String(listing.eventId),
        ticker: listing.ticker,
        slug: listing.ticker,
        title: listing.eventTitle,
        negRisk: groupId !== null,
        negRiskAugmented: isAugmented,
      },
    ],
  };
  return `${JSON.stringify(market)}\n`;
}

function slugify(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `2026-01-08T12:31:08Z`, with six fraction digits when a random source gives them, as the venue's creation times have. */
function venueTime(timeS: number, random?: Random): string {
  const base = isoTime(timeS * SECOND_MS).slice(0, 19);
  if (random === undefined || random.uniform() < 0.1) return `${base}Z`;
  return `${base}.${String(random.integer(1_000_000)).padStart(6, '0')}Z`;
}

/** `2026-01-08 12:31:08+00` */
function spacedTime(timeS: number): string {
  return `${venueTime(timeS).slice(0, 19).replace('T', ' ')}+00`;
}
