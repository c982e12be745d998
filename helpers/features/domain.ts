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

/** Matches one of `pattern` as whole words. */
const words = (pattern: string, flags = 'iu'): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, flags);

/** Talk of an asset: settles what is a coin, or a team, or a word. */
const ASSET = words(
  '\\$ ?\\d[\\d.,]*k?(?! (?:million|billion))|prices?|tokens?|coins?|blockchain|mainnet|etfs?|market cap|fdv|airdrops?|staking|sec|ipo|all[- ]time high|up or down|flippen(?:s|ing)',
);
/** Talk of films, music and prizes, where titles and names are made of any word. */
const STAGE = words(
  `oscars?|academy awards?|best (?:actor|actress|picture|director|film|song|album|supporting)|golden globes?|emmys?|
grammys?|tony awards?|eurovision|box office|opening weekend|rotten tomatoes|movies?|films?|albums?|songs?|billboard|spotify|netflix|
concert|world tour|video game|gta|hall of fame|dancing with|season \\d+`.replaceAll('\n', ''),
);

/** Nicknames of teams that are words of their own, as they are written in titles. */
const TEAMS =
  `Avalanche|Stars|Jets|Kings|Heat|Magic|Nets|Giants|Cardinals|Senators|Capitals|Nationals|Rangers|Wild|Lightning|Thunder|
Jazz|Suns|Rockets|Spurs|Bulls|Bucks|Hawks|Hornets|Pistons|Pacers|Cavaliers|Raptors|Mavericks|Nuggets|Clippers|Grizzlies|Pelicans|
Trail Blazers|Timberwolves|Wizards|Kraken|Sharks|Ducks|Flames|Oilers|Golden Knights|Blues|Predators|Hurricanes|Panthers|Devils|
Islanders|Flyers|Penguins|Bruins|Sabres|Maple Leafs|Red Wings|Patriots|Bills|Dolphins|Ravens|Bengals|Browns|Steelers|Texans|Colts|
Jaguars|Titans|Broncos|Raiders|Chargers|Packers|Bears|Vikings|Lions|Falcons|Saints|Buccaneers|Rams|Seahawks|Commanders|Chiefs|
Cowboys|Eagles|Warriors|Blue Jays|Orioles|Rays|Guardians|Tigers|Royals|Twins|Astros|Angels|Athletics|Mariners|Braves|Marlins|
Mets|Cubs|Reds|Brewers|Pirates|Rockies|Padres`.replaceAll('\n', '');
const CITIES = `Anaheim|Arizona|Atlanta|Baltimore|Boston|Brooklyn|Buffalo|Calgary|Carolina|Charlotte|Chicago|Cincinnati|
Cleveland|Colorado|Dallas|Denver|Detroit|Edmonton|Florida|Golden State|Green Bay|Houston|Indiana|Indianapolis|Jacksonville|
Kansas City|Las Vegas|Los Angeles|LA|Memphis|Miami|Milwaukee|Minnesota|Nashville|New England|New Jersey|New Orleans|New York|NY|
Oklahoma City|Orlando|Ottawa|Philadelphia|Phoenix|Pittsburgh|Portland|Sacramento|San Antonio|San Diego|San Francisco|San Jose|
Seattle|St\\.? Louis|Tampa Bay|Tennessee|Texas|Toronto|Utah|Vancouver|Vegas|Washington|Winnipeg`.replaceAll('\n', '');

/** A name, what must stand beside it where it means other things as well, and what must not. */
interface Rule {
  readonly domain: Exclude<Domain, 'other'>;
  readonly names: RegExp;
  readonly beside?: RegExp;
  readonly unless?: RegExp;
}

/** The first that holds decides. What says one thing only comes first: a coin or a league says more than a country. */
const RULES: readonly Rule[] = [
  {
    domain: 'crypto',
    names: words(
      'bitcoin|btc|ethereum|eth(?! z[uü]rich)|ether|solana|xrp|dogecoin|cardano|litecoin|crypto(?:currency)?|stablecoin|usdt|usdc|memecoin|defi|binance|coinbase|hyperliquid|chainlink|monero|bnb|avax|matic',
    ),
  },
  {
    domain: 'sports',
    names: words(
      'nba|nfl|nhl|mlb|wnba|ncaa|ufc|mma|fifa|uefa|epl|f1|atp|wta|pga|ipl|super bowl|world cup|world series|stanley cup|premier league|la liga|serie a|bundesliga|ligue 1|champions league|grand prix|wimbledon|playoffs?|moneyline|spread:|touchdowns?|quarterback|bo[135]|game handicap|games? total|dota ?2|counter-strike|cs2|league of legends|lol|valorant|esports?|fc|o/u|mvp|heisman|all-star|lakers|celtics|knicks|yankees|dodgers',
    ),
  },
  { domain: 'sports', names: words(`(?:${CITIES}) (?:${TEAMS})`, 'u'), unless: STAGE },
  {
    domain: 'politics',
    names: words('doge'),
    beside: words(
      'elon|musk|vivek|federal|spending|cuts?|budget|department|employees|government|savings|agency|dividend|checks?',
    ),
  },
  {
    domain: 'crypto',
    names: words('avalanche|polygon|ripple|doge|airdrops?'),
    beside: ASSET,
    unless: words('aid|gaza'),
  },
  { domain: 'crypto', names: words('SOL|NEAR|APT|TON|LINK|DOT|ADA|SUI|UNI|POL|ARB|OP', 'u'), beside: ASSET },
  {
    domain: 'politics',
    names: words(
      'presidential|elections?|prime minister|impeach(?:ed|ment)?|democrats?|republicans?|gop|trump|biden|kamala|putin|zelensky+|netanyahu|hamas|nato|supreme court|referendum',
    ),
  },
  {
    domain: 'politics',
    names: words('presiden(?:t|cy)|senate|senator|congress|parliament|governor|mayor'),
    unless: STAGE,
  },
  {
    domain: 'politics',
    names: words('harris'),
    beside: words(
      'walz|debates?|polls?|polling|campaign|vp|popular vote|electoral|pennsylvania|michigan|wisconsin|georgia|arizona|nevada|north carolina',
    ),
  },
  {
    domain: 'sports',
    names: words('vs\\.?'),
    unless: new RegExp(
      `${STAGE.source}|${words('war|conflict|military|court|lawsuit|trial|debates?|polls?').source}`,
      'iu',
    ),
  },
  {
    domain: 'sports',
    names: words(TEAMS, 'u'),
    beside: words(
      'wins?|beats?|defeats?|loses?|sweep|advance|clinch|scores?|games?|season|finals?|championship|cup|title|coach|roster|draft',
    ),
    unless: STAGE,
  },
  {
    domain: 'politics',
    names: words(
      'elected|cabinet|ukraine|russia|israel|gaza|iran|ceasefire|sanctions?|tariffs?|invade|invasion|war|nuclear|nuke|vote|nominee|treaty',
    ),
    unless: STAGE,
  },
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
  const rule = RULES.find(
    ({ names, beside, unless }) =>
      names.test(question) && beside?.test(question) !== false && unless?.test(question) !== true,
  );
  return { domain: rule?.domain ?? 'other', source: 'question' };
}
