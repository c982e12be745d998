/**
 * `npm run demo:live`: 15, 16 and 22 against servers on this machine that stand in for Polymarket and Discord and tell of a simulated
 * day with planted insiders and fresh whales. The model learns from another simulated market first. Needs no key.
 */
import { join } from 'node:path';
import { startDiscordDouble } from '../doubles/discord/discord_double.ts';
import { readVenueMarket } from '../doubles/market.ts';
import { startVenueDoubles } from '../doubles/venues.ts';
import { DAY_MS, formatDuration, isoTime, nowMs } from '../run/clock.ts';
import { createLog } from '../run/console.ts';
import { parseOptions } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { runCommand } from '../run/script.ts';
import { LIVE_DAY_MS, LIVE_END_MS, liveMarket, runScript, trainModel } from './demo_market.ts';
import { formatOutcome, judgeAlerts, summaryOf } from './demo_outcome.ts';

const WEBHOOK = '1000000000000000001';

await runCommand(async () => {
  const startedMs = nowMs();
  const usage = 'npm run demo:live -- [options]\n\nAlerts about a simulated day, against what was planted in it.';
  const options = await parseOptions(
    process.argv.slice(2),
    usage,
    {
      looks: { type: 'number', default: 12, describe: 'times that 16 looks within the day', range: integerMin(1, 48) },
      folder: { type: 'string', default: join('data', 'demo_live'), describe: 'folder of all that the demo makes' },
    },
    ['seed', 'quiet'],
  );
  const log = createLog(options);
  const { folder, seed, looks } = options;
  log.note('Training the model on a simulated market (once).');
  await trainModel(folder);
  log.note(`Simulating the market of the day, seed ${seed}.`);
  const market = await liveMarket(folder, seed);
  let venueNowMs = LIVE_DAY_MS;
  const doubles = await startVenueDoubles(readVenueMarket(market.raw, () => venueNowMs / 1000));
  const discord = await startDiscordDouble({ webhooks: new Map([[WEBHOOK, 'a-token-of-the-demo']]) });
  const env = {
    GAMMA_URL: doubles.gamma.baseUrl,
    DATA_URL: doubles.dataApi.baseUrl,
    SUBGRAPH_URL: doubles.subgraph.baseUrl,
    DISCORD_WEBHOOK_URL: discord.webhookUrl(WEBHOOK),
  };
  const run = async (step: string, untilMs: number, ...words: readonly string[]): Promise<void> => {
    venueNowMs = untilMs;
    const where = ['--data-dir', market.dataDir, '--models-dir', join(folder, 'models')];
    await runScript(step, [...where, ...words, '--until', isoTime(untilMs)], env, options.quiet);
  };
  try {
    for (let look = 1; look <= looks; look++) {
      const untilMs = LIVE_DAY_MS + Math.round((look / looks) * 1440) * 60_000;
      if (look === 1) await run('live_profiles', untilMs, '--since', isoTime(LIVE_DAY_MS));
      await run('live_alerts', untilMs, '--since', isoTime(LIVE_DAY_MS), '--once');
    }
    await run('score_alerts', LIVE_END_MS + DAY_MS);
    const outcome = judgeAlerts(market, discord.messages);
    log.result(`\n${formatOutcome(outcome)}`);
    log.result(
      `Done in ${formatDuration(nowMs() - startedMs)}. Report: ${join(market.dataDir, 'reports', 'report.html')}`,
    );
    log.result(JSON.stringify(summaryOf(outcome)));
  } finally {
    await Promise.all([doubles.close(), discord.close()]);
  }
  return 'done';
});
