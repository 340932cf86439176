# Runs a script of App Mesh calls, read as JSON from standard input, with botocore or with the AWS command line in this
# process; prints what it finds wrong with any answer. Run by python-clients.test.ts, configured by AWS's own variables.
import contextlib
import io
import json
import sys
from datetime import datetime

import awscli.clidriver
import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

TYPES = {
    'string': str,
    'integer': int,
    'long': int,
    'boolean': bool,
    'timestamp': (int, float),
    'list': list,
    'structure': dict,
}


def complaints(shape, value, path):
    """What is wrong with a value of an answer's JSON, by the shape that AWS's model gives it."""
    wanted = TYPES[shape.type_name]
    if not isinstance(value, wanted) or (shape.type_name in ('integer', 'long') and isinstance(value, bool)):
        return [f'{path} is no {shape.type_name}: {value!r}']
    if shape.type_name == 'list':
        return [one for index, item in enumerate(value) for one in complaints(shape.member, item, f'{path}[{index}]')]
    if shape.type_name == 'string' and shape.enum and value not in shape.enum:
        return [f'{path} is none of {shape.enum}: {value!r}']
    if shape.type_name != 'structure':
        return []
    found = [f'{path}.{member} is unknown' for member in value if member not in shape.members]
    found += [f'{path}.{member} is missing' for member in shape.required_members if member not in value]
    if getattr(shape, 'is_tagged_union', False) and len(value) != 1:
        found.append(f'{path} has {len(value)} members of a union')
    for member, item in value.items():
        if member in shape.members:
            found += complaints(shape.members[member], item, f'{path}.{member}')
    return found


def answer_complaints(model, response):
    """What is wrong with an answer as it came: status, headers, body."""
    headers = {name.lower(): value for name, value in response['headers'].items()}
    found = [] if headers.get('x-amzn-requestid') else ['no x-amzn-requestid']
    if headers.get('content-type') != 'application/json':
        found.append(f"content-type {headers.get('content-type')}")
    body = json.loads(response['body'])
    if response['status_code'] >= 300:
        names = [shape.name for shape in model.error_shapes]
        name = headers.get('x-amzn-errortype')
        if name not in names or not isinstance(body.get('message'), str):
            found.append(f'the error {name} {body!r}')
        return found
    shape = model.output_shape
    payload = shape.serialization.get('payload')
    return found + complaints(shape.members[payload] if payload else shape, body, model.name)


class Botocore:
    """botocore's own client, with its validator before and its parser after each call."""

    def __init__(self, faults):
        session = botocore.session.get_session()
        self.client = session.create_client('appmesh')
        self.client.meta.events.register('before-parse.app-mesh', self.before_parse)
        self.client.meta.events.register('before-parse.appmesh', self.before_parse)
        self.faults = faults
        self.seen = 0

    def before_parse(self, operation_model, response_dict, **_):
        self.seen += 1
        self.faults += [f'{operation_model.name}: {one}' for one in answer_complaints(operation_model, response_dict)]

    def call(self, operation, given):
        output = getattr(self.client, xform_name(operation))(**given)
        metadata = output.pop('ResponseMetadata')
        if metadata['HTTPStatusCode'] != 200 or not metadata.get('RequestId'):
            self.faults.append(f'{operation}: {metadata}')
        for document in output.values():
            times = document.get('metadata', {}) if isinstance(document, dict) else {}
            if any(not isinstance(times[name], datetime) for name in ('createdAt', 'lastUpdatedAt') if name in times):
                self.faults.append(f'{operation}: a time is none')
        return output


class CommandLine:
    """The AWS command line, as its `main` runs it, without a process for each call."""

    def __init__(self, faults):
        self.faults = faults
        self.driver = awscli.clidriver.create_clidriver()

    def call(self, operation, given):
        out, err = io.StringIO(), io.StringIO()
        arguments = ['appmesh', xform_name(operation, '-'), '--output', 'json', '--cli-input-json', json.dumps(given)]
        if operation.startswith('List'):
            arguments.append('--no-paginate')
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = self.driver.main(arguments)
        if code != 0 or err.getvalue().strip():
            raise RuntimeError(f'status {code}: {err.getvalue()}')
        return json.loads(out.getvalue() or '{}')


def document_complaints(operation, given, output):
    """Whether the document that was sent is the one that is answered."""
    if not operation.startswith(('Create', 'Update')):
        return []
    (document,) = output.values()
    same = document['spec'] == given.get('spec', {}) and document['status'] == {'status': 'ACTIVE'}
    return [] if same else [f'{operation}: answered with {document!r} for {given!r}']


def main():
    faults = []
    client = {'botocore': Botocore, 'cli': CommandLine}[sys.argv[1]](faults)
    calls = 0
    for step in json.load(sys.stdin):
        operation, given = step['operation'], step['input']
        pages = 0
        while given is not None:
            calls += 1
            try:
                output = client.call(operation, given)
            except (BotoCoreError, ClientError, RuntimeError) as error:
                faults.append(f'{operation} {given!r}: {error}')
                break
            pages += 1
            faults += document_complaints(operation, given, output)
            given = {**given, 'nextToken': output['nextToken']} if output.get('nextToken') else None
        if step.get('pages') and pages < 2:
            faults.append(f'{operation}: no second page')
    if isinstance(client, Botocore):
        calls = min(calls, client.seen)
        refused(client, faults)
    json.dump({'calls': calls, 'faults': faults}, sys.stdout)


def refused(client, faults):
    """Refusals are parsed as the exceptions of the model."""
    refusals = {
        'NotFoundException': ('DescribeMesh', {'meshName': 'never'}),
        'BadRequestException': ('CreateMesh', {'meshName': 'a/b'}),
    }
    for name, (operation, given) in refusals.items():
        try:
            client.call(operation, given)
            faults.append(f'{operation}: not refused')
        except ClientError as error:
            found = error.response['Error']
            known = isinstance(error, getattr(client.client.exceptions, name))
            if not known or not found.get('Message') or not error.response['ResponseMetadata'].get('RequestId'):
                faults.append(f'{operation}: {error.response!r}')


main()
