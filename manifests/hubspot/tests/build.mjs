// HubSpot's own build of the cards and of the settings page: what an upload would do with them.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { remoteBuild } from '@hubspot/ui-extensions-dev-server/build';

const BUILT = [
  ['cards', 'ScoreCheck', ['fairscore_status', '/hubspot/card', '/hubspot/answer']],
  ['cards', 'TeamChecks', ['fairscore_status', '/hubspot/overview']],
  ['settings', 'Settings', ['/hubspot/settings']],
];
const outputDir = mkdtempSync(join(tmpdir(), 'card-'));
const app = resolve('src/app');
for (const [folder, name, all] of BUILT) {
  const root = join(app, folder);
  process.chdir(root);
  await remoteBuild({ root, entryPoint: `${name}.tsx`, outputDir });
  const built = readFileSync(join(outputDir, `${name}.js`), 'utf8');
  for (const wanted of all) {
    if (!built.includes(wanted)) {
      console.error(`the built ${name} does not hold ${wanted}`);
      process.exit(1);
    }
  }
  console.log(`${name} is built: ${built.length} characters`);
}
