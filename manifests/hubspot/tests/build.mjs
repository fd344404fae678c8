// HubSpot's own build of the card: what an upload would do with it.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { remoteBuild } from '@hubspot/ui-extensions-dev-server/build';

const cards = resolve('src/app/cards');
const outputDir = mkdtempSync(join(tmpdir(), 'card-'));
process.chdir(cards);
await remoteBuild({ root: cards, entryPoint: 'ScoreCheck.tsx', outputDir });
const built = readFileSync(join(outputDir, 'ScoreCheck.js'), 'utf8');
for (const wanted of ['fairscore_status', '/hubspot/card']) {
  if (!built.includes(wanted)) {
    console.error(`the built card does not hold ${wanted}`);
    process.exit(1);
  }
}
console.log(`built: ${built.length} characters`);
