// Files of documents that people write, YAML or JSON, one or many a file.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { Failure } from './failure.ts';

/** A document and where it stands, for people: `mesh.yaml, document 2`. */
export interface FiledDocument {
  readonly place: string;
  readonly value: unknown;
}

/** All documents of the files (`-`: standard input), in their order; a list counts as so many documents. */
export async function readDocumentFiles(files: readonly string[]): Promise<readonly FiledDocument[]> {
  const read = await Promise.all(files.map(async (file) => documentsIn(file, await contentOf(file))));
  const documents = read.flat();
  if (documents.length === 0) throw new Failure(`${files.join(', ')}: no document in it`);
  return documents;
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, 1, {
      cause,
    });
  }
}

function documentsIn(file: string, content: string): readonly FiledDocument[] {
  const values = [...parseAllDocuments(content)].flatMap((document): readonly unknown[] => {
    const [error] = document.errors;
    if (error !== undefined) throw new Failure(`${file}: ${error.message}`, 1, { cause: error });
    const value: unknown = document.toJS();
    return Array.isArray(value) ? value : [value];
  });
  const present = values.filter((value) => value !== null && value !== undefined);
  return present.map((value, at) => ({ place: present.length === 1 ? file : `${file}, document ${at + 1}`, value }));
}
