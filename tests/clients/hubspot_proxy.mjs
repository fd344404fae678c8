// HubSpot's own local proxy for cards, from its dev server: signs with CLIENT_SECRET and forwards.
// A deep import: the package exports its build only. Prints its port, then serves until its input ends.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const given = JSON.parse(process.argv[2]);
const main = createRequire(import.meta.url).resolve('@hubspot/ui-extensions-dev-server/build');
const service = path.join(path.dirname(main), 'proxy', 'AppProxyService.js');
const { AppProxyService } = await import(pathToFileURL(service));
const quiet = () => undefined;
const logger = { info: quiet, warn: quiet, error: quiet, debug: quiet };
const app = AppProxyService({ ...given, logger });
const server = (app.listen ? app : app.app).listen(0, '127.0.0.1', () => {
  console.log(server.address().port);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
