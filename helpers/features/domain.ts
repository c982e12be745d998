/** Which of four domains a market belongs to: by the venue's tags, else by whole words of its question. */

export type Domain = 'sports' | 'politics' | 'crypto' | 'other';

const TAGS: Readonly<Record<Exclude<Domain, 'other'>, ReadonlySet<string>>> = {
  sports: new Set(
    'sports games nba nfl nhl mlb wnba ncaa cfb cbb soccer football basketball baseball hockey tennis golf boxing mma ufc f1 formula-1 formula1 cricket rugby esports epl la-liga premier-league champions-league ucl mls olympics dota-2 counter-strike-2 league-of-legends valorant chess nascar wimbledon super-bowl world-cup'.split(
      ' ',
    ),
  ),
  politics: new Set(
    'politics geopolitics global-politics us-politics elections election us-election world-elections global-elections world-affairs trump biden congress senate house supreme-court ukraine russia israel gaza iran china middle-east war foreign-policy international-affairs nato putin zelensky primaries cabinet mayoral-elections courts'.split(
      ' ',
    ),
  ),
  crypto: new Set(
    'crypto crypto-prices bitcoin btc ethereum eth solana sol xrp ripple dogecoin doge defi nft nfts airdrops stablecoins memecoins altcoins hyperliquid microstrategy up-or-down'.split(
      ' ',
    ),
  ),
};

/** Tags that say nothing. */
const EMPTY_TAGS: ReadonlySet<string> = new Set(['all', 'featured', 'recurring', 'hide-from-new']);

const words = (pattern: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, 'iu');

/** Checked in this order: a coin's name or a sport says more than a country or an office. */
const QUESTION_PATTERNS: readonly (readonly [Exclude<Domain, 'other'>, RegExp])[] = [
  [
    'crypto',
    words(
      'bitcoin|btc|ethereum|eth|ether|solana|xrp|ripple|dogecoin|doge|cardano|litecoin|crypto(?:currency)?|stablecoin|usdt|usdc|memecoin|airdrop|defi|binance|coinbase|hyperliquid|polygon|avalanche|chainlink|monero|bnb',
    ),
  ],
  [
    'sports',
    words(
      'nba|nfl|nhl|mlb|wnba|ncaa|ufc|mma|fifa|uefa|epl|f1|atp|wta|pga|ipl|super bowl|world cup|world series|stanley cup|premier league|la liga|serie a|bundesliga|ligue 1|champions league|grand prix|wimbledon|playoffs?|moneyline|touchdowns?|quarterback|bo[135]|game handicap|games? total|dota ?2|counter-strike|cs2|league of legends|lol|valorant|esports?|fc|vs\\.?|o/u|warriors|lakers|celtics|knicks|yankees|dodgers|chiefs|cowboys|eagles',
    ),
  ],
  [
    'politics',
    words(
      'presiden(?:t|cy|tial)|elections?|elected|senate|senator|congress|parliament|prime minister|governor|mayor|cabinet|impeach(?:ed|ment)?|democrats?|republicans?|gop|trump|biden|harris|putin|zelensky+|netanyahu|ukraine|russia|israel|gaza|hamas|iran|nato|ceasefire|sanctions?|tariffs?|invade|invasion|war|nuclear|nuke|supreme court|vote|nominee|referendum|treaty',
    ),
  ],
];

/**
 * The domain of a market and where it comes from, or null when there is neither a tag nor a question.
 * @param tags the venue's tags, any case
 * @param question the question or title; words match whole ("eth" is not in "whether", nor "war" in "warriors")
 */
export function domainOf(
  tags: readonly string[],
  question: string | null,
): { domain: Domain; source: 'tags' | 'question' } | null {
  const slugs = tags
    .map((tag) => tag.trim().toLowerCase().replaceAll(' ', '-'))
    .filter((tag) => tag !== '' && !EMPTY_TAGS.has(tag));
  for (const domain of ['crypto', 'sports', 'politics'] as const)
    if (slugs.some((slug) => TAGS[domain].has(slug))) return { domain, source: 'tags' };
  if (slugs.length > 0) return { domain: 'other', source: 'tags' };
  if (question === null || question.trim() === '') return null;
  for (const [domain, pattern] of QUESTION_PATTERNS) if (pattern.test(question)) return { domain, source: 'question' };
  return { domain: 'other', source: 'question' };
}
