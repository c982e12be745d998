import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DICTIONARY_PATH, dataDictionary, dictionaryLink } from '../../docs/data_dictionary.ts';
import { TABLES, WALLET_PROFILES } from '../../tables/schemas.ts';

describe('the data dictionary', () => {
  const text = readFileSync(DICTIONARY_PATH, 'utf8');

  it('is the page that the schemas make (npm run docs renews it)', () => {
    expect(dataDictionary()).toBe(text);
  });

  it('links every table at the top to its own section', () => {
    const [index] = text.split('\n## `');
    for (const { folder } of TABLES) {
      expect(index).toContain(`[\`${folder}\`](#${folder})`);
      expect(text).toContain(`\n## \`${folder}\`\n`);
    }
  });

  it('describes each column of the profiles once, however many tables contain them', () => {
    expect(WALLET_PROFILES.columns.map(({ name }) => name)).toContain('edge_z');
    expect(text.match(/^\| `edge_z` /gm)).toHaveLength(1);
    expect(text.split('It also has all columns of')).toHaveLength(4 + 1);
  });

  it('says of every column what it means', () => {
    const silent = TABLES.flatMap(({ folder, columns }) =>
      columns.filter(({ meaning }) => meaning.trim().length < 3).map(({ name }) => `${folder}.${name}`),
    );
    expect(silent).toEqual([]);
  });
});

describe('dictionaryLink', () => {
  it('links a table from the top of the project, and leaves a folder that is no table as it is', () => {
    expect(dictionaryLink('12_anomalies')).toBe('[12_anomalies](helpers/docs/data_dictionary.md#12_anomalies)');
    expect(dictionaryLink('00_simulated')).toBe('00_simulated');
  });
});
