/** What the columns of a file of no known format are likely to mean: the text of --columns to begin with. */
import { shellWord } from '../run/whole_commands.ts';
import type { Field } from './column_mapping.ts';

/** Names, the likelier ones first, in lower case and without blanks, hyphens and underscores. */
const NAMES: Readonly<Partial<Record<Field, string>>> = {
  time: 'timestamp time datetime date createdat createdtime tradedat tradetime matchtime blocktimestamp blocktime ts',
  wallet: 'wallet proxywallet walletaddress account useraddress user trader owner address maker',
  side: 'side direction action buysell tradetype type',
  token: 'token tokenid asset assetid clobtokenid',
  market: 'market conditionid marketid marketslug slug question title ticker',
  outcome: 'outcome outcomename outcomeindex answer',
  price: 'price avgprice fillprice tradeprice executionprice',
  shares: 'shares size quantity qty contracts',
  amount: 'amount amountusd usdamount usdcsize usd notional cash cost value volume',
  fee: 'fee fees feeusd',
  role: 'role makertaker liquidity',
  tx: 'tx txhash transactionhash transaction hash tradeid',
  event: 'event eventslug eventid',
};
/** A file of which fewer fields are found is hardly one of trades. */
const FIELDS_MIN = 3;
const UNKNOWN = '?';

/** `Condition_ID`, `condition id` and `conditionId` alike. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

function guessedColumns(columns: readonly string[]): Map<Field, string> {
  const free = new Map([...columns].reverse().map((column) => [plainName(column), column]));
  const found = new Map<Field, string>();
  for (const [field, names] of Object.entries(NAMES) as [Field, string][]) {
    const name = names.split(' ').find((one) => free.has(one));
    if (name === undefined) continue;
    found.set(field, free.get(name)!);
    free.delete(name);
  }
  return found;
}

/** Fields without which no fill can be read, and that no column seems to give. */
function lackingFields(found: ReadonlyMap<Field, string>): Field[] {
  const lacking = (['time', 'side'] as const).filter((field) => !found.has(field));
  const amounts = (['price', 'shares', 'amount'] as const).filter((field) => !found.has(field));
  const noOutcome = !found.has('token') && !found.has('outcome');
  return [
    ...lacking,
    ...(noOutcome ? (['outcome'] as const) : []),
    ...amounts.slice(0, Math.max(0, amounts.length - 1)),
  ];
}

/** A column as --columns takes it. */
const quoted = (column: string): string => (/^[^",[\]]*$/.test(column) ? column : `"${column}"`);

/** How to import a file with these columns: the words of --columns, made of them, for the user to check. */
export function columnsHint(columns: readonly string[]): string {
  const found = guessedColumns(columns);
  if (found.size < FIELDS_MIN)
    return 'if it holds trades, say what its columns mean with --columns (see --help); a list of markets must be of a known format';
  const lacking = lackingFields(found);
  const isNamed = !found.has('token') && !found.has('market');
  const words = [
    ...[...found].map(([field, column]) => `${field}=${quoted(column)}`),
    ...(isNamed ? ['market=@file'] : []),
    ...lacking.map((field) => `${field}=${UNKNOWN}`),
  ];
  const notes = [
    'check what each column means',
    ...(lacking.length === 0 ? [] : ['write the right one for each ?']),
    ...(isNamed ? ['@file: the name of the file is that of its market'] : []),
    ...(found.has('wallet') ? [] : ['without wallet=… the fills are anonymous']),
  ];
  return `add --columns ${shellWord(words.join(','))} (${notes.join('; ')})`;
}
