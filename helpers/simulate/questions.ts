/**
 * Questions that read like the venue's, with the traps that fool a careless search for domains: "Warriors" is no war,
 * "whether" and "Netherlands" hold no ether, "Solar" no SOL.
 */
import { fileURLToPath } from 'node:url';
import type { Random } from '../kernels/random.ts';
import { readJson } from '../run/files.ts';

export const DOMAINS = ['sports', 'politics', 'crypto', 'other'] as const;
export type Domain = (typeof DOMAINS)[number];

export interface Topic {
  /** What stands in `question` of a stand-alone market, or in the title of a group. */
  readonly question: string;
  /** Labels of the two outcomes. */
  readonly answers: readonly [string, string];
  /** Tag slugs, the domain's first. */
  readonly tags: readonly string[];
  /** For a group: the question of each leg. */
  readonly legs: readonly string[];
}

type List = 'teams' | 'leagues' | 'tournaments' | 'offices' | 'people' | 'countries' | 'films' | 'cities' | 'months';
/** What questions are made of; of coins also the slug, and the step between two levels asked about, USD. */
interface Words extends Readonly<Record<List, readonly string[]>> {
  readonly coins: readonly (readonly [name: string, slug: string, stepUsd: number])[];
}
const WORDS = readJson(fileURLToPath(new URL('./words.json', import.meta.url))) as Words;

const YES_NO = ['Yes', 'No'] as const;

/** A question in the domain about the day of `endS`; with `nLegs` > 0 a group of that many mutually exclusive legs. */
export function drawTopic(random: Random, domain: Domain, endS: number, nLegs: number): Topic {
  const date = new Date(endS * 1000);
  const day = `${WORDS.months[date.getUTCMonth()]} ${date.getUTCDate()}`;
  const dated = `${day}, ${date.getUTCFullYear()}`;
  return nLegs > 0 ? drawGroup(random, domain, dated, nLegs) : drawSingle(random, domain, day, dated);
}

function drawSingle(random: Random, domain: Domain, day: string, dated: string): Topic {
  const kind = random.integer(3);
  if (domain === 'sports') {
    const league = pick(random, WORDS.leagues);
    const first = pick(random, WORDS.teams);
    const second = pick(
      random,
      WORDS.teams.filter((team) => team !== first),
    );
    const tags = ['sports', league];
    if (kind === 0) return single(`${first} vs. ${second} (${day})`, [first, second], tags);
    if (kind === 1) return single(`Will the ${first} beat the ${second} on ${day}?`, YES_NO, tags);
    return single(`${first} vs. ${second}: O/U ${random.integer(9) + 1}.5 on ${day}`, ['Over', 'Under'], tags);
  }
  if (domain === 'politics') {
    const person = pick(random, WORDS.people);
    const country = pick(random, WORDS.countries);
    const tags = ['politics', kind === 2 ? 'geopolitics' : 'elections'];
    if (kind === 0) return single(`Will ${person} win the election in ${country} by ${dated}?`, YES_NO, tags);
    if (kind === 1) return single(`Will parliament in ${country} vote on the budget by ${dated}?`, YES_NO, tags);
    return single(`Will ${country} sign the ceasefire agreement by ${dated}?`, YES_NO, tags);
  }
  if (domain === 'crypto') {
    const [name, slug, stepUsd] = pick(random, WORDS.coins);
    const level = (stepUsd * (20 + random.integer(120))).toLocaleString('en-US');
    const tags = ['crypto', slug];
    if (kind === 0) return single(`Will ${name} reach $${level} by ${dated}?`, YES_NO, tags);
    if (kind === 1) return single(`${name} Up or Down on ${day}?`, ['Up', 'Down'], tags);
    return single(`Will the price of ${name} be above $${level} on ${day}?`, YES_NO, tags);
  }
  const tags = ['pop-culture', kind === 2 ? 'weather' : 'science'];
  if (kind === 0)
    return single(
      `Will "${pick(random, WORDS.films)}" open above $${10 + random.integer(90)}m by ${dated}?`,
      YES_NO,
      tags,
    );
  if (kind === 1)
    return single(`Will NASA say whether Solar Probe ${1 + random.integer(9)} launched by ${dated}?`, YES_NO, tags);
  const temperature = 10 + random.integer(80);
  return single(
    `Will the highest temperature in ${pick(random, WORDS.cities)} top ${temperature}°F on ${day}?`,
    YES_NO,
    tags,
  );
}

function drawGroup(random: Random, domain: Domain, dated: string, nLegs: number): Topic {
  if (domain === 'sports') {
    const cup = pick(random, WORDS.tournaments);
    const teams = sample(random, WORDS.teams, nLegs);
    return group(
      `Who will win ${cup} (${dated})?`,
      ['sports', 'futures'],
      teams.map((team) => `Will ${team} win ${cup} (${dated})?`),
    );
  }
  if (domain === 'politics') {
    const seat = `${pick(random, WORDS.offices)} in ${pick(random, WORDS.countries)}`;
    const people = sample(random, WORDS.people, nLegs);
    return group(
      `Who will win ${seat} by ${dated}?`,
      ['politics', 'elections'],
      people.map((person) => `Will ${person} win ${seat} by ${dated}?`),
    );
  }
  const [base, tags, unit] =
    domain === 'crypto'
      ? ([`Bitcoin price on ${dated}`, ['crypto', 'bitcoin'], 'k'] as const)
      : ([`Highest temperature in ${pick(random, WORDS.cities)} on ${dated}`, ['weather'], '°F'] as const);
  const low = 30 + random.integer(60);
  const legs = Array.from({ length: nLegs }, (_, i) => `${base}: ${low + 2 * i}-${low + 2 * i + 2}${unit}?`);
  return group(`${base}?`, tags, legs);
}

function single(question: string, answers: readonly [string, string], tags: readonly string[]): Topic {
  return { question, answers, tags, legs: [] };
}

function group(question: string, tags: readonly string[], legs: readonly string[]): Topic {
  return { question, answers: YES_NO, tags, legs };
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)];
}

function sample<T>(random: Random, items: readonly T[], n: number): T[] {
  const rest = [...items];
  return Array.from({ length: n }, () => rest.splice(random.integer(rest.length), 1)[0]);
}
