// The API without a socket: the SDK's requests become proxy events in the same process.
import { apiSuite } from '#test/suites/api.ts';
import { startInProcess } from './in-process.ts';

apiSuite('in process', startInProcess);
