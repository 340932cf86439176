// What no SDK sends: each gets App Mesh's error with a message that says what is wrong, nothing is stored, and the next
// call is served as if nothing had been.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bench, RawAnswer } from './bench.ts';

export function badInputSuite(bench: () => Bench): void {
  describe('bad input', () => {
    let meshName: string;
    let before: number;
    const base = () => `/v20190125/meshes/${meshName}`;

    /** The place of a write that changes nothing: between two of them lies what was stored. */
    async function place(): Promise<number> {
      const { headers } = await bench().call('UntagResource', {
        resourceArn: bench().arn(meshName),
        tagKeys: ['none'],
      });
      return Number(headers['x-heddle-sequence']);
    }

    beforeAll(async () => {
      meshName = await bench().mesh();
      await bench().call('CreateVirtualRouter', { meshName, virtualRouterName: 'paint', spec: {} });
    });
    beforeEach(async () => {
      before = await place();
    });
    afterEach(async () => {
      expect(await place(), 'something was stored').toBe(before + 1);
    });

    function expectBad({ status, headers, body }: RawAnswer, message: string | RegExp): void {
      expect({ status, error: headers['x-amzn-errortype'], body }).toEqual({
        status: 400,
        error: 'BadRequestException',
        body: { message: expect.stringMatching(message) },
      });
    }

    const nodes = (body: string) => bench().send({ method: 'PUT', path: `${base()}/virtualNodes`, body });

    test.each<[string, string, string | RegExp]>([
      ['text', 'hello', 'not JSON'],
      ['half a document', '{"virtualNodeName": "n", "spec": {', 'not JSON'],
      ['two documents', '{}{}', 'not JSON'],
      ['a list', '[]', 'not a JSON object'],
      ['null', 'null', 'not a JSON object'],
      ['a string', '"spec"', 'not a JSON object'],
      ['a number', '5', 'not a JSON object'],
      ['an object without what is required', '{}', /'spec'.*'virtualNodeName'/],
      ['an unknown member', '{"virtualNodeName":"n","spec":{},"extra":1}', "'extra' is unknown"],
      [
        'an unknown member deep inside',
        '{"virtualNodeName":"n","spec":{"listeners":[{"portMapping":{"port":1,"protocol":"http","x":1}}]}}',
        String.raw`'spec\.listeners\[0\]\.portMapping\.x' is unknown`,
      ],
      ['a wrong type', '{"virtualNodeName":"n","spec":{"listeners":"none"}}', /'spec.listeners'.*list/],
      ['a number as name', '{"virtualNodeName":5,"spec":{}}', /'virtualNodeName'.*string/],
      [
        'a member that belongs into the path',
        '{"virtualNodeName":"n","spec":{},"meshName":"other"}',
        "'meshName' does not belong",
      ],
      [
        'a member that belongs into the query',
        '{"virtualNodeName":"n","spec":{},"meshOwner":"222222222222"}',
        "'meshOwner' does not belong",
      ],
      ['null for what is required', '{"virtualNodeName":null,"spec":null}', /'spec'.*'virtualNodeName'/],
      ['null in a list', '{"virtualNodeName":"n","spec":{"backends":[null]}}', String.raw`'spec\.backends\[0\]'`],
      ['an empty name', '{"virtualNodeName":"","spec":{}}', "'virtualNodeName'"],
      ['a name with a slash', '{"virtualNodeName":"a/b","spec":{}}', "'virtualNodeName'"],
      ['a name that is too long', `{"virtualNodeName":"${'x'.repeat(256)}","spec":{}}`, "'virtualNodeName'"],
      [
        'half a surrogate pair',
        String.raw`{"virtualNodeName":"n","spec":{"serviceDiscovery":{"dns":{"hostname":"\ud800"}}},"clientToken":"t"}`,
        'well-formed',
      ],
      [
        'half a surrogate pair in a token',
        String.raw`{"virtualNodeName":"n","spec":{},"clientToken":"\udc00"}`,
        "'clientToken'",
      ],
      [
        'the prototype of all objects',
        '{"virtualNodeName":"n","spec":{},"__proto__":{"x":1}}',
        "'__proto__' is unknown",
      ],
      ['its constructor', '{"virtualNodeName":"n","spec":{"constructor":{}}}', "'spec.constructor' is unknown"],
      [
        'lists in lists without end',
        `{"virtualNodeName":"n","spec":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
        "'spec'",
      ],
      [
        'more faults than anybody reads',
        `{"virtualNodeName":"n","spec":{"backends":[${'1,'.repeat(200_000)}1]}}`,
        'and 80 more',
      ],
    ])('in a body: %s', async (_what, body, message) => {
      expectBad(await nodes(body), message);
    });

    test('no body where one is needed', async () => {
      expectBad(await bench().send({ method: 'PUT', path: `${base()}/virtualNodes` }), "'spec'");
    });

    test('an owner that is no account', async () => {
      expectBad(await bench().call('DescribeMesh', { meshName, meshOwner: 'me' }), "'meshOwner'");
    });

    test('all faults at once', async () => {
      const { body } = await nodes('{"spec":{"listeners":[{}]},"extra":1}');
      expect(body.message).toMatch(/^3 validation errors detected: .*virtualNodeName.*portMapping.*extra/);
    });

    test('all faults at once: of shapes, of rules, of the name and of tags', async () => {
      const listeners = '[{"portMapping":{"port":1,"protocol":"http"}},{"portMapping":{"port":1,"protocol":"http"}}]';
      const tags = '[{"key":"aws:mine","value":""}]';
      const { body } = await nodes(
        `{"virtualNodeName":"a b","spec":{"listeners":${listeners}},"tags":${tags},"clientToken":1,"extra":1}`,
      );
      const members = [
        'clientToken',
        'extra',
        'virtualNodeName',
        'spec.serviceDiscovery',
        String.raw`spec.listeners\[1\].portMapping.port`,
        String.raw`tags\[0\].key`,
      ];
      expect(body.message).toMatch(/^6 validation errors detected: /);
      for (const member of members) expect(body.message).toMatch(new RegExp(`'${member}'`));
    });

    test('all faults at once: of rules, of the name, of tags, and what is named in vain', async () => {
      const message = await bench()
        .call('CreateRoute', {
          meshName,
          virtualRouterName: 'paint',
          routeName: 'a b',
          spec: {
            httpRoute: { match: { prefix: 'x' }, action: { weightedTargets: [{ virtualNode: 'none', weight: 1 }] } },
          },
          tags: [{ key: 'aws:mine', value: '' }],
        })
        .then(({ body }) => String(body.message));
      expect(message).toMatch(/^4 validation errors detected: /);
      for (const member of ['routeName', 'match.prefix', 'tags[0].key', 'weightedTargets[0].virtualNode']) {
        expect(message).toContain(`${member}'`);
      }
    });

    test.each<[string, Record<string, string | string[]>, string | RegExp]>([
      ['a member twice', { limit: ['1', '2'] }, "'limit'.*once"],
      ['a member that is unknown', { limt: '1' }, "'limt' is unknown"],
      ['a member of the body', { clientToken: 't' }, "'clientToken' is unknown"],
      ['the prototype of all objects', { __proto__: '1', constructor: '1' }, "'constructor' is unknown"],
      ['several faults', { limt: '1', limit: ['0', '0'] }, /^3 (?=.*'limt')(?=.*'limit'.*once)(?=.*'limit'.*greater)/],
    ])('in a query: %s', async (_what, query, message) => {
      expectBad(await bench().send({ method: 'GET', path: '/v20190125/meshes', query }), message);
    });

    test('a body where none belongs', async () => {
      const { status } = await bench().send({ method: 'DELETE', path: `${base()}/virtualNodes/n`, body: '{"x":1}' });
      expect(status).toBe(400);
    });

    test.each(['%E0%A4%A', '%', '%zz', 'a%2'])('the path %s, which is no text', async (encoded) => {
      expectBad(await bench().send({ method: 'GET', path: `${base()}/virtualNodes/${encoded}` }), "'virtualNodeName'");
    });

    test.each([
      ['a slash', '/virtualNodes/a%2Fb'],
      ['the key of a route as the name of a router', '/virtualRouters/paint%2Froute%2Fall'],
      ['two dots', '/virtualNodes/%2E%2E'],
      ['a name that every object has', '/virtualNodes/constructor'],
      ['the prototype', '/virtualNodes/__proto__'],
      ['a control character', '/virtualNodes/%00'],
      ['a service in another script', '/virtualServices/b%C3%BCcher.example'],
    ])('%s in a path names nothing that is there', async (_what, path) => {
      const { status, headers } = await bench().send({ method: 'GET', path: base() + path });
      expect([status, headers['x-amzn-errortype']]).toEqual([404, 'NotFoundException']);
    });

    test('a mesh whose name has a slash is not found, and cannot be made', async () => {
      const { status } = await bench().send({ method: 'GET', path: '/v20190125/meshes/a%2Fb' });
      expect(status).toBe(404);
      expectBad(await bench().call('CreateMesh', { meshName: 'a/b' }), "'meshName'");
    });

    test.each([
      ['GET', '/v20190125/nothing'],
      ['GET', '/v20190125'],
      ['POST', '/v20190125/meshes'],
      ['DELETE', '/v20190125/meshes'],
      ['GET', '/v20190125/meshes/m/virtualNodes/n/more'],
      ['GET', '/v20190125/meshes//virtualNodes'],
    ])('%s %s is no operation', async (method, path) => {
      const { status, headers, body } = await bench().send({ method, path });
      expect([status, headers['x-amzn-errortype']]).toEqual([404, expect.stringMatching(/Exception$/)]);
      expect(body.message).toMatch(/operation/);
    });
  });

  describe('what is odd but right', () => {
    test('a service of any host name is made, described, listed and deleted', async () => {
      const meshName = await bench().mesh();
      for (const virtualServiceName of ['bücher.example', 'a+b&c=d', '*.local', '100%', 'x?y#z']) {
        const made = await bench().call('CreateVirtualService', { meshName, virtualServiceName, spec: {} });
        expect(made.body).toMatchObject({ virtualServiceName });
        const read = await bench().call('DescribeVirtualService', { meshName, virtualServiceName });
        expect(read.body).toEqual(made.body);
        const resourceArn = bench().arn(meshName, `virtualService/${virtualServiceName}`);
        expect((await bench().call('ListTagsForResource', { resourceArn })).status).toBe(200);
        const gone = await bench().call('DeleteVirtualService', { meshName, virtualServiceName });
        expect(gone.body).toMatchObject({ virtualServiceName, status: { status: 'DELETED' } });
      }
    });

    test('the name of the operation in the query, where Smithy may put it, is passed over', async () => {
      const { status } = await bench().send({
        method: 'GET',
        path: '/v20190125/meshes',
        query: { 'x-id': 'ListMeshes' },
      });
      expect(status).toBe(200);
    });
  });
}
