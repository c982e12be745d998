/**
 * The planted truth, in its own folder beside the data. No model and no importer may read it; only the evaluation of
 * detectors does.
 */
import { join } from 'node:path';
import { type ByteTable, tableString } from './byte_tables.ts';
import { MODEL } from './model.ts';
import type { SimulateOptions } from './options.ts';
import { CASUAL, INSIDER, WALLET_TYPES } from './population.ts';
import { DOMAINS } from './questions.ts';
import type { MarketSimulation, TruthObserver } from './simulation.ts';
import { TextFile } from './text_file.ts';

interface PlantedTrade {
  readonly wallet: number;
  readonly market: number;
  readonly outcome: number;
  readonly timeS: number;
  readonly usd: number;
  readonly news: number;
  readonly transactionHash: string;
}

/** Collects what happens during the run and writes it all with `finish`. */
export class TruthRecorder implements TruthObserver {
  private readonly trades: PlantedTrade[] = [];
  private readonly favouredLegs = new Map<number, number>();
  private readonly beliefs: TextFile;
  private readonly moves: { ring: number; market: number; timeS: number }[] = [];

  /** @param transactionHash gives the hash of the transaction last written */
  constructor(
    private readonly folder: string,
    private readonly options: SimulateOptions,
    private readonly addresses: ByteTable,
    private readonly transactionHash: () => string,
  ) {
    this.beliefs = this.open('latent_path.csv', 'market_id,timestamp,probability_outcome_0');
  }

  insiderBought(wallet: number, market: number, outcome: number, timeS: number, usd: number, news: number): void {
    this.trades.push({ wallet, market, outcome, timeS, usd, news, transactionHash: this.transactionHash() });
  }

  newsArrived(news: number, leg: number): void {
    this.favouredLegs.set(news, leg);
  }

  beliefAt(market: number, timeS: number, probability: number): void {
    this.beliefs.write(`${marketId(market)},${timeS},${probability.toFixed(6)}\n`);
  }

  ringMoved(ring: number, market: number, timeS: number): void {
    this.moves.push({ ring, market, timeS });
  }

  finish(simulation: MarketSimulation): void {
    this.beliefs.close();
    this.writeWallets(simulation);
    this.writeInsiderTrades(simulation);
    this.writeRings(simulation);
    this.writeMarkets(simulation);
    this.writeNews(simulation);
    const { options, trades } = this;
    const parameters = { options, nFills: simulation.nRows, nInsiderTrades: trades.length, model: MODEL };
    const file = new TextFile(join(this.folder, 'parameters.json'));
    file.write(`${JSON.stringify(parameters, null, 2)}\n`);
    file.close();
  }

  private writeWallets({ population, rings, followers, insiderRoles }: MarketSimulation): void {
    const ringOf = new Map(rings.flatMap((ring, r) => ring.members.map((wallet) => [wallet, r] as const)));
    const leaderOf = new Map([...followers.values()].flat().map((follower) => [follower.wallet, follower] as const));
    const nPlanted = new Map<number, number>();
    for (const trade of this.trades) nPlanted.set(trade.wallet, (nPlanted.get(trade.wallet) ?? 0) + 1);
    const file = this.open(
      'wallets.csv',
      'wallet,type,n_insider_trades,ring_id,copies,copy_delay_mean_s,has_followers,insider_style,insider_operation',
    );
    for (let i = 0; i < population.n; i++) {
      // An insider whose every leak came too late never acted on one: nothing tells it from a casual.
      const isIdle = population.types[i] === INSIDER && !nPlanted.has(i);
      const type = WALLET_TYPES[isIdle ? CASUAL : population.types[i]];
      const follower = leaderOf.get(i);
      const copies =
        follower === undefined ? ',' : `${this.address(follower.leader)},${follower.delayMeanS.toFixed(1)}`;
      const role = isIdle ? undefined : insiderRoles.get(i);
      const row = [this.address(i), type, nPlanted.get(i) ?? 0, ringOf.get(i) ?? '', copies, followers.has(i)];
      file.write(`${[...row, role?.style ?? '', role?.operation ?? ''].join(',')}\n`);
    }
    file.close();
  }

  private writeInsiderTrades({ catalogue, winners }: MarketSimulation): void {
    const { markets, news } = catalogue;
    const file = this.open(
      'insider_trades.csv',
      'wallet,market_id,outcome_index,timestamp,usd,transaction_hash,news_id,news_timestamp,news_favoured_it,won',
    );
    for (const trade of this.trades) {
      const event = markets.events[trade.market];
      const isGroup = catalogue.events.marketStarts[event + 1] - catalogue.events.marketStarts[event] > 1;
      const boughtLeg = isGroup ? markets.legs[trade.market] : trade.outcome;
      const favoured = this.favouredLegs.get(trade.news) === boughtLeg;
      const won = winners[event] < 0 ? '' : String(winners[event] === boughtLeg);
      file.write(
        `${this.address(trade.wallet)},${marketId(trade.market)},${trade.outcome},${trade.timeS},${trade.usd},${trade.transactionHash},` +
          `${trade.news},${news.timesS[trade.news]},${favoured},${won}\n`,
      );
    }
    file.close();
  }

  private writeRings({ rings }: MarketSimulation): void {
    const file = this.open('wash_rings.csv', 'ring_id,market_id,from_timestamp,members');
    for (const move of this.moves) {
      const members = rings[move.ring].members.map((wallet) => this.address(wallet)).join(' ');
      file.write(`${move.ring},${marketId(move.market)},${move.timeS},${members}\n`);
    }
    file.close();
  }

  private writeMarkets({ catalogue, winners }: MarketSimulation): void {
    const { events, markets } = catalogue;
    const file = this.open(
      'markets.csv',
      'market_id,event_id,domain,initial_probability_outcome_0,final_timestamp,is_void,winner_index',
    );
    for (let m = 0; m < markets.n; m++) {
      const e = markets.events[m];
      const isGroup = events.marketStarts[e + 1] - events.marketStarts[e] > 1;
      const winner = winners[e] < 0 ? '' : isGroup ? (winners[e] === markets.legs[m] ? 0 : 1) : winners[e];
      const probability = events.initialProbabilities[events.legStarts[e] + markets.legs[m]].toFixed(6);
      file.write(
        `${marketId(m)},${20_000 + e},${DOMAINS[events.domains[e]]},${probability},${events.finalAtS[e]},${events.isVoid[e]},${winner}\n`,
      );
    }
    file.close();
  }

  private writeNews({ catalogue }: MarketSimulation): void {
    const { news } = catalogue;
    const file = this.open('information_events.csv', 'news_id,event_id,timestamp,strength,favoured_leg');
    for (const [i, leg] of this.favouredLegs) {
      file.write(`${i},${20_000 + news.events[i]},${news.timesS[i]},${news.strengths[i].toFixed(4)},${leg}\n`);
    }
    file.close();
  }

  private open(name: string, header: string): TextFile {
    const file = new TextFile(join(this.folder, name));
    file.write(`${header}\n`);
    return file;
  }

  private address(wallet: number): string {
    return tableString(this.addresses, wallet);
  }
}

function marketId(market: number): number {
  return 500_000 + market;
}
