/**
 * `knip --production`: what only tests reach is dead. An export that its own file uses as well may be there for a test;
 * everything else that tests alone import goes, or says `@public` with the reason.
 */
import { readFileSync } from 'node:fs';

const config = JSON.parse(readFileSync('.knip.json', 'utf8'));
export default { ...config, ignoreExportsUsedInFile: true };
