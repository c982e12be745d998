/** Every constant of the simulated market in one place, so that a reader can judge the world the detectors are tested in. */

export const MODEL = {
  /** Contracts named as `taker` in the aggregate row of a match (v1 deployment). */
  ctfExchange: '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e',
  negRiskExchange: '0xc5d563a36ae78145c45a50134d48a1215220f80a',

  /** Width of the steps in which market activity is constant. */
  binS: 1800,

  /** Shares of wallets per planted type; the rest are casuals. */
  typeShares: { grinder: 0.02, insider: 0.006, whale: 0.005, copyTrader: 0.02, wash: 0.012 },

  /** Fills per wallet: lognormal with the published median and P90 (17, 246), in quantile strata. */
  activityMedianFills: 17,
  activitySigma: 2.12,
  activityMinFills: 2,
  /** Distinct markets of a wallet grow like fills^0.78 (9 at 17, 71 at 246, 534 at 3,210), so a new one has probability n^-0.22; a little more, as some are drawn twice. */
  newMarketScale: 1.1,
  newMarketExponent: -0.22,
  /** Mean trade of a wallet, lognormal: median $14.6, P95 $387. */
  sizeMedianUsd: 14.5,
  sizeSigma: 2.1,
  sizeMaxUsd: 1500,
  sizeSigmaWithinWallet: 0.8,

  /**
   * Probability that a purchase is of the cheaper outcome: people like long shots a little, but the surer the other outcome the
   * fewer (`atSure`), and hardly any once it is all but settled. Half of the wallets are for favourites, the others for long shots.
   */
  cheap: {
    probability: 0.535,
    untilFavourite: 0.8,
    atSure: 0.2,
    settled: 0.12,
    favouriteFactor: 0.2,
    longShotFactor: 1.5,
  },
  /** Probability of selling when coming back to a position: most wallets hold, some trade in and out. */
  traderShare: 0.62,
  holderExitMax: 0.7,

  /** Resting orders a match meets: one 87 %, two 8 %, three to ten 4.93 %, more .07 % (chain study in facts/data.md). */
  makersAtMost1: 0.864,
  makersAtMost2: 0.9475,
  makersAtMost10: 0.9992,

  /** Resting orders that wallets other than grinders place per match; grinders fill what those leave. */
  placementsPerMatch: 1.1,

  /** Rows given to wash rings, as a share of all rows. */
  washRowShare: 0.03,

  /** Probability that a market is declared void (0.5/0.5). */
  voidShare: 0.015,
  /** Share of markets that come in negRisk groups of three to eight. */
  negRiskShare: 0.3,

  /**
   * The wallets that make the whole market of the active one: visitors come to one market, mostly once and mostly with small
   * money. Shares measured on two tapes (2022 midterms, 18 sports markets of 2026-01-08): one fill 44 to 46 %, mean trade under
   * $5 41 to 72 %.
   */
  visitors: {
    /** Share of wallets that are active ones. */
    activeShare: 0.125,
    /** Fills: one for that share, else two and a geometric number more. */
    onceShare: 0.46,
    moreFillsMean: 0.7,
    fillsMax: 200,
    /** Mean bets, lognormal: small ones for that share, else up to the size of a whale. */
    smallShare: 0.62,
    smallMedianUsd: 1.2,
    smallSigma: 0.7,
    largeMedianUsd: 40,
    largeSigma: 1.8,
    maxUsd: 50_000,
    /** Most shares of one bet, hundredths: cheap outcomes are bought for less. */
    betSharesMax: 10_000_000,
    sizeSigmaWithinWallet: 0.5,
    /** Share that splits its order over a minute; the others come back after a day or so. */
    burstShare: 0.16,
    returnMedianS: 72_000,
    returnSigma: 1.3,
    sellProbability: 0.35,
    /** Probability that it comes back to another market. */
    switchProbability: 0.07,
    /** Most of all fills that may be theirs; those whom they meet make a fifth more. */
    fillShareMax: 0.22,
  },

  /** Insiders of the whole market: stake of an operation (lognormal), lead times (log-uniform), wallets that share a split one. */
  insiderStyles: {
    usdEasy: 6000,
    usdHard: 500,
    usdSigma: 0.9,
    usdMin: 300,
    usdMax: 50_000,
    leadFromS: 3600,
    leadToS: 864_000,
    patientLeadFromS: 172_800,
    splitFrom: 3,
    splitTo: 5,
  },
  /** Active wallets of the whole market that split an order over a few minutes: their share, and the probability of one more part. */
  splitters: { share: 0.6, againFrom: 0.35, againTo: 0.82, partsMax: 8, gapMaxS: 50 },

  /** Price impact of flow that knows nothing: size of the push and its half-life. */
  impactPerLogUsd: 0.004,
  impactMax: 0.03,
  impactDecayS: 900,
} as const;
