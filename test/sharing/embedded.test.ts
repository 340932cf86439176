// Sharing as `npm start` serves it: over HTTP with signatures, on SQLite.

import { party } from '#test/suites/sharing/party.ts';
import { sharingSuite } from '#test/suites/sharing.ts';
import { startEmbedded } from '#test/wire/embedded.ts';

sharingSuite('embedded', () => startEmbedded(Object.values(party)));
