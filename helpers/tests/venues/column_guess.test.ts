import { describe, expect, test } from 'vitest';
import { columnsHint } from '../../venues/column_guess.ts';
import { parseColumns } from '../../venues/column_mapping.ts';

/** The text of --columns in a hint. */
const columnsOf = (hint: string): string => /--columns ('[^']*'|\S+)/.exec(hint)![1].replaceAll("'", '');

describe('the hint for a file of no known format', () => {
  test('names the columns of that file, all that is needed, and @file where no column is the market', () => {
    const hint = columnsHint(['Timestamp', 'User', 'Type', 'Outcome', 'Amount', 'Shares', 'Price']);
    expect(hint).toBe(
      'add --columns time=Timestamp,wallet=User,side=Type,outcome=Outcome,price=Price,shares=Shares,amount=Amount,market=@file ' +
        '(check what each column means; @file: the name of the file is that of its market)',
    );
    expect(parseColumns(columnsOf(hint), null).constants).toEqual(new Map([['market', '@file']]));
  });

  test('uses a column of the market where there is one, and takes no column twice', () => {
    const columns = ['market_slug', 'created_at', 'trader', 'direction', 'answer', 'size', 'avg price'];
    expect(columnsHint(columns)).toContain(
      `--columns 'time=created_at,wallet=trader,side=direction,market=market_slug,outcome=answer,price=avg price,shares=size' (`,
    );
  });

  test.each([
    [['time', 'side', 'price', 'qty'], 'market=@file,outcome=?', 'without wallet=… the fills are anonymous'],
    [['wallet', 'price', 'qty', 'token id'], 'time=?,side=?', 'write the right one for each ?'],
    [['time', 'side', 'asset', 'price'], 'price=price,shares=?', 'write the right one for each ?'],
  ])('of %j leaves open what it cannot know', (columns, words, note) => {
    const hint = columnsHint(columns);
    expect([hint, hint]).toEqual([expect.stringContaining(words), expect.stringContaining(note)]);
    expect(() => parseColumns(columnsOf(hint), null)).not.toThrow();
  });

  test('guesses nothing where the columns are hardly those of trades', () => {
    expect(columnsHint(['x', 'y', 'price'])).not.toContain('=');
  });
});
