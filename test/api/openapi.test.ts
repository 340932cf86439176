// The description of what is ours: a valid OpenAPI file that covers every operation, is served, and describes what the
// handlers answer (own-bench.ts holds each answer of every test against it).
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApi } from '#functions/own/openapi.ts';
import { errorStatuses } from '#functions/own/openapi-schemas.ts';
import { ownOperations } from '#functions/own/operations.ts';
import { principals } from '#test/suites/api/principals.ts';
import { ownBench } from './own-bench.ts';

describe('the OpenAPI file', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(openApi()))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('names only schemas that it holds', () => {
    const text = JSON.stringify(openApi());
    const { schemas } = openApi().components as { readonly schemas: object };
    const named = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...named].filter((name) => name === undefined || !(name in schemas))).toEqual([]);
  });

  it('has every operation with its permission and its errors, whose statuses are known', () => {
    const { paths } = openApi() as { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
    for (const [name, { method, path, permission, errors }] of Object.entries(ownOperations)) {
      const operation = paths[path]?.[method.toLowerCase()];
      expect(operation).toMatchObject({ operationId: name, description: expect.stringContaining(permission) });
      for (const error of errors) expect(JSON.stringify(operation)).toContain(`\`${error}\``);
      expect(errors.filter((error) => errorStatuses[error] === undefined)).toEqual([]);
    }
  });

  it('describes each parameter of a path', () => {
    for (const { path, members } of Object.values(ownOperations)) {
      const inPath = Object.entries(members).filter(([, member]) => member.in === 'path');
      expect(inPath.map(([name]) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  it('is served to whoever signs', async () => {
    const call = { method: 'GET', path: '/heddle/v1/openapi.json' };
    const { status, body } = await ownBench().send(call, { principal: principals.nobody });
    expect([status, body]).toEqual([200, openApi()]);
  });
});

describe('what it describes', () => {
  it('is what the handlers answer', async () => {
    const bench = ownBench();
    await bench.make('CreateMesh', { meshName: 'm' });
    const serviceDiscovery = { dns: { hostname: 'n' } };
    const listeners = [{ portMapping: { port: 80, protocol: 'http' } }];
    await bench.make('CreateVirtualNode', {
      meshName: 'm',
      virtualNodeName: 'n',
      spec: { listeners, serviceDiscovery },
    });
    const config = { method: 'GET', path: '/heddle/v1/config' };
    const resource = 'mesh/m/virtualNode/n';
    expect((await bench.send({ ...config, query: { resource } })).status).toBe(200);
    expect((await bench.send({ ...config, query: { resource, static: 'true' } })).status).toBe(200);
    expect((await bench.send({ ...config, query: { resource, static: 'maybe' } })).status).toBe(400);
    expect((await bench.send({ ...config, query: { resource: 'mesh/m' } })).status).toBe(400);

    const byBody = { method: 'POST', path: '/heddle/v1/tokens' };
    const token = { token: 'a.token', resource: `arn:aws:appmesh:us-east-1:111111111111:${resource}` };
    expect((await bench.send({ ...byBody, body: { resource, lifetimeSeconds: null } })).body).toMatchObject(token);
    expect((await bench.send({ ...byBody, body: { resource, lifetimeSeconds: 7200 } })).status).toBe(200);
    expect((await bench.send({ ...byBody, body: { resource, lifetimeSeconds: 7201 } })).status).toBe(400);
    expect((await bench.send({ ...byBody, body: { resource: 'mesh/m/virtualNode/x' } })).status).toBe(404);

    const byPath = (place: string, meshOwner?: string) =>
      bench.send({ method: 'POST', path: `/heddle/v1/tokens/${place}`, ...(meshOwner && { query: { meshOwner } }) });
    expect((await byPath(resource)).body).toMatchObject(token);
    expect((await byPath(resource, '111111111111')).body).toMatchObject(token);
    expect((await byPath(resource, '222222222222')).status).toBe(403);
    expect((await byPath('mesh/m/virtualRouter/n')).status).toBe(400);
    expect((await byPath('mesh/m/virtualNode/%zz')).status).toBe(400);
  });
});
