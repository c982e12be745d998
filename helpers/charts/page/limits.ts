/** What every report must say it does not show; sections add their own sentences. */
export const COMMON_LIMITS: readonly string[] = [
  'A wallet is an account, not a person: one person may use many, and several may share one.',
  'An unusual wallet is not a guilty one. Nothing here proves inside knowledge, manipulation or intent; a score says only how rare a behaviour is among the wallets looked at.',
  'Splits, merges, conversions and transfers of tokens are not in the fills, so some positions and profits are incomplete. Profits are before fees.',
  'Shares whose market has not resolved are valued at a last price, which nobody may have been able to sell at.',
  'Kalshi publishes no account ids: its trades say nothing about wallets.',
  'Many wallets and many thresholds were looked at; the most striking of them are partly luck, which is why intervals and corrected flag rates are given where there are any.',
  'Past behaviour and past returns do not promise later ones.',
];

/** Added when the data come from the simulator. */
export const SIMULATED_LIMIT =
  'These data are simulated. They test whether the methods find what was planted; they say nothing about any real wallet or market, and detection is easier where planted behaviour resembles what the detectors look for.';
