/** Red flags of wallets, and the evidence they rest on. */
import { columns, type TableSchema } from './schema.ts';

/** "The stake" is all that the wallet bought of one outcome, the one on which it spent most; "paid" is its mean price. */
export const EVIDENCE_COLUMNS = columns(`
  stake_usd?: float64 [USD] (money) bought of the outcome on which it spent most, all purchases together; of equal ones the first by market id
  entry_price?: float64 [USD per share, 0..1] (money) mean price paid for the stake
  age_at_stake_days?: float64 [days] (behavioural) from its first fill to its first purchase of the stake; null where the tape cuts its tenure off
  idle_before_days?: float64 [days] (behavioural) from its fill before to its first purchase of the stake; null when that was its first fill
  market_share_pct?: float64 [0..100] (behavioural) share of all USD that it traded in that market
  stake_vs_past_pct?: float64 [0..100] (money) stake against the stake and all USD that it had traded before
  stake_vs_volume_pct?: float64 [0..100] (money) stake against the stake and the market's volume strictly before it (takers' where roles are known)
  market_profit_usd?: float64 [USD] (outcome) gain in that market, shares held at what they paid or at the last price
  excess_price?: float64 [USD per share] (outcome) what the outcome paid minus the price paid; null while unresolved
  markout_1h?: float64 [USD per share] (outcome) price an hour after each purchase minus the price paid, mean by USD; null while that is not over
  markout_24h?: float64 [USD per share] (outcome) the same a day after
  hours_to_resolution?: float64 [hours] (outcome) from its mean purchase, by USD, to the resolution; null while unresolved, or when bought after it
  hours_to_move?: float64 [hours] (outcome) from its first purchase until the price had gone half of the way from paid to 1; null if it never did
  kept_pct?: float64 [0..100] (outcome) share of the shares bought that it still held when the price had moved; where it never did, at T
  hedge_pct?: float64 [0..100] (behavioural) share of its purchases in that market on the other outcome
  taker_pct?: float64 [0..100] (behavioural) share of the stake bought as taker; null unless the tape has fills of makers and of takers
  n_twins?: float64 [wallets] (behavioural) others whose first purchase of that outcome came within a minute of its own
`);

export const WALLET_RED_FLAGS: TableSchema = {
  name: 'wallet_red_flags',
  folder: '14_wallet_red_flags',
  what: 'How much each wallet that bought something looks like a planted insider, and why; a red flag is a reason to look, not proof.',
  madeBy: 'npx tsx 4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
  columns: [
    ...columns(`
      wallet: string [0x + 40 hex] key
      as_of_ms: int64 [ms since 1970 UTC] T of the profiles
      insider_evidence: float64 [bits] (outcome) log₂ of how much likelier its evidence is among planted insiders than on the tapes they were planted in; higher is more
      rank?: int64 [1 is the most] (outcome) by falling evidence, among wallets whose stake reaches --floor-usd; null below it
      is_listed: bool (outcome) among the first --budget by rank
      reasons?: string [joined by ;] (outcome) what adds most to its evidence, in words; null without a rank
      market_id: string (market) market of the stake
      outcome_index: uint8 [0 | 1] outcome of the stake
    `),
    ...EVIDENCE_COLUMNS,
  ],
};
