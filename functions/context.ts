// What policies can ask of a request: condition keys from the proxy event, by the names of the IAM user guide ("AWS
// global condition context keys").
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { principalEntries } from '#identity/principal.ts';
import { type ContextEntry, timeEntries } from '#identity/request-context.ts';
import { callerOf } from './caller.ts';

/** The condition keys that are the same for every resource of a call. */
export function requestEntries(event: APIGatewayProxyEvent, region: string): readonly ContextEntry[] {
  const { identity, requestTimeEpoch } = event.requestContext;
  const { accountId, arn } = callerOf(event);
  // Known of some requests only.
  const given = [
    ['aws:userid', identity.user],
    ['aws:SourceIp', identity.sourceIp],
    ['aws:UserAgent', identity.userAgent],
    ['aws:SourceVpc', identity.vpcId],
    ['aws:SourceVpce', identity.vpceId],
  ] as const;
  return [
    ...principalEntries(accountId, arn),
    ...given.flatMap(([key, value]) => (value ? [[key, value] as const] : [])),
    ...timeEntries(requestTimeEpoch),
    ['aws:SecureTransport', String(isSecure(event))],
    ['aws:RequestedRegion', region],
    ['aws:ViaAWSService', 'false'],
    ['aws:PrincipalIsAWSService', 'false'],
  ];
}

/** The gateway says how it was reached, over whatever the client says. */
function isSecure({ headers }: APIGatewayProxyEvent): boolean {
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-forwarded-proto');
  return protocol?.[1] === 'https';
}
