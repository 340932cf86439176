// Where the members of an operation's input travel, and how names are encoded.
import { describe, expect, it } from 'vitest';
import { operationCall } from './operation-call.ts';

describe('the call of an operation', () => {
  it('puts names into the path, the mesh owner into the query and the rest into the body', () => {
    const input = {
      meshName: 'm',
      virtualRouterName: 'r',
      routeName: 'x',
      meshOwner: '123456789012',
      spec: { priority: 1 },
    };
    expect(operationCall('UpdateRoute', input)).toEqual({
      method: 'PUT',
      path: '/v20190125/meshes/m/virtualRouter/r/routes/x',
      query: { meshOwner: '123456789012' },
      body: { spec: { priority: 1 } },
    });
    expect(operationCall('CreateRoute', input)).toMatchObject({
      path: '/v20190125/meshes/m/virtualRouter/r/routes',
      body: { routeName: 'x' },
    });
  });

  it('has no body where there is none', () => {
    const call = operationCall('DescribeMesh', { meshName: 'm' });
    expect(call).toEqual({ method: 'GET', path: '/v20190125/meshes/m', query: {} });
  });

  it('encodes every character of a name that has a meaning in a path', () => {
    const { path } = operationCall('DescribeVirtualService', { meshName: 'm', virtualServiceName: "*.a b/(c)'" });
    expect(path).toBe('/v20190125/meshes/m/virtualServices/%2A.a%20b%2F%28c%29%27');
  });
});
