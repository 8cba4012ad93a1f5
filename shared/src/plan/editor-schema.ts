/**
 * The one list of editor nodes and marks, with the attributes of blocks.ts, as a ProseMirror schema.
 * The client adds node views and keys; whatever reads documents uses it as it is.
 */
import { Schema, type DOMOutputSpec, type MarkSpec, type NodeSpec } from '@tiptap/pm/model'
import { blockKinds, linkHref, maxDepth, referenceCell } from './blocks.ts'

/** An attribute that is kept in the document and, in HTML, as `data-<name>`. */
interface Kept {
  fallback: unknown
  read?: (value: string) => unknown
}

/** A node that stands in HTML as the first of `tags`, and is read from each of them. */
function node(spec: NodeSpec, tags: readonly [string, ...string[]], kept: Readonly<Record<string, Kept>>): NodeSpec {
  const entries = Object.entries(kept)
  const name = /^[a-z]+/.exec(tags[0])?.[0] ?? 'div'
  return {
    ...spec,
    attrs: Object.fromEntries(entries.map(([key, { fallback }]) => [key, { default: fallback }])),
    parseDOM: tags.map((tag) => ({
      tag,
      getAttrs: (element) =>
        Object.fromEntries(
          entries.map(([key, { fallback, read }]) => {
            const value = element.getAttribute(`data-${key}`)
            return [key, value === null ? fallback : read === undefined ? value : read(value)]
          }),
        ),
    })),
    toDOM: ({ attrs }): DOMOutputSpec => {
      const written = Object.entries(attrs)
        .filter(([, value]) => value !== null)
        .map(([key, value]) => [`data-${key}`, typeof value === 'string' ? value : JSON.stringify(value)])
      const element = [name, Object.fromEntries(written)] as const
      return spec.content === undefined ? [...element] : [...element, 0]
    },
  }
}

function mark(...tags: readonly [string, ...string[]]): MarkSpec {
  return { parseDOM: tags.map((tag) => ({ tag })), toDOM: () => [tags[0], 0] }
}

function readJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const linkOf = (href: unknown) => {
  const parsed = linkHref.safeParse(href)
  return parsed.success ? parsed.data : null
}

export const planSchema = new Schema({
  topNode: 'doc',
  nodes: {
    doc: { content: '(block | view)+' },
    text: { group: 'inline' },
    block: node({ content: 'inline*', defining: true }, ['p', 'div[data-kind]'], {
      id: { fallback: null },
      kind: {
        fallback: 'paragraph',
        read: (value) => ((blockKinds as readonly string[]).includes(value) ? value : 'paragraph'),
      },
      depth: {
        fallback: 0,
        read: (value) => Math.min(maxDepth, Math.max(0, Number.parseInt(value, 10) || 0)),
      },
      restart: { fallback: null, read: (value) => value === 'true' || null },
    }),
    view: node({ atom: true, selectable: true, draggable: false }, ['div[data-register]'], {
      id: { fallback: null },
      register: { fallback: 'targets' },
      scope: { fallback: 'part' },
      columns: { fallback: [], read: (value) => JSON.parse(value) as unknown },
      group: { fallback: 'none' },
      title: { fallback: '' },
      ...Object.fromEntries(
        ['order', 'filter', 'subtotals', 'landscape', 'picture'].map((name) => [
          name,
          { fallback: null, read: readJson },
        ]),
      ),
    }),
    reference: node({ group: 'inline', inline: true, atom: true, selectable: true }, ['span[data-target]'], {
      target: { fallback: null },
      cell: {
        fallback: 'baseline',
        read: (value) => (referenceCell.safeParse(value).success ? value : 'baseline'),
      },
    }),
    footnote: node({ group: 'inline', inline: true, atom: true, selectable: true }, ['sup[data-text]'], {
      text: { fallback: '' },
    }),
    break: node({ group: 'inline', inline: true, selectable: false }, ['br'], {}),
  },
  marks: {
    bold: mark('strong', 'b'),
    italic: mark('em', 'i'),
    underline: mark('u'),
    link: {
      inclusive: false,
      attrs: { href: { default: null } },
      parseDOM: [{ tag: 'a[href]', getAttrs: (element) => ({ href: linkOf(element.getAttribute('href')) }) }],
      toDOM: ({ attrs }) => {
        const href = linkOf(attrs['href'])
        return ['a', { ...(href === null ? {} : { href }), rel: 'noopener noreferrer nofollow', target: '_blank' }, 0]
      },
    },
  },
})
