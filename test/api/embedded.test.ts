// The API as `npm start` serves it: everything in one process on SQLite, with a credentials file.
import { apiSuite } from '#test/suites/api.ts';
import { startEmbedded } from '#test/wire/embedded.ts';

apiSuite('embedded', () => startEmbedded());
