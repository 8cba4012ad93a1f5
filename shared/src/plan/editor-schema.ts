/**
 * The one list of editor nodes and marks, with the attributes of blocks.ts. The client adds node
 * views and keys by `.extend()`; whatever reads documents uses it as it is.
 */
import { Mark, mergeAttributes, Node, type Extensions } from '@tiptap/core'
import { blockKinds, linkHref, maxDepth, referenceCell } from './blocks.ts'

/** An attribute that is kept in the document and, in HTML, as `data-<name>`. */
function attribute(name: string, fallback: unknown, read: (value: string) => unknown = (value) => value) {
  return {
    default: fallback,
    parseHTML: (element: HTMLElement) => {
      const value = element.getAttribute(`data-${name}`)
      return value === null ? fallback : read(value)
    },
    renderHTML: (attributes: Record<string, unknown>) =>
      attributes[name] === null || attributes[name] === undefined ? {} : { [`data-${name}`]: show(attributes[name]) },
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const PlanBody = Node.create({ name: 'doc', topNode: true, content: '(block | view)+' })

export const PlanText = Node.create({ name: 'text', group: 'inline' })

export const TextBlock = Node.create({
  name: 'block',
  content: 'inline*',
  defining: true,
  addAttributes() {
    return {
      id: attribute('id', null),
      kind: attribute('kind', 'paragraph', (value) =>
        (blockKinds as readonly string[]).includes(value) ? value : 'paragraph',
      ),
      depth: attribute('depth', 0, (value) => Math.min(maxDepth, Math.max(0, Number.parseInt(value, 10) || 0))),
      restart: attribute('restart', null, (value) => value === 'true' || null),
    }
  },
  parseHTML: () => [{ tag: 'p' }, { tag: 'div[data-kind]' }],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
})

export const RegisterView = Node.create({
  name: 'view',
  atom: true,
  selectable: true,
  draggable: false,
  addAttributes() {
    return {
      id: attribute('id', null),
      register: attribute('register', 'targets'),
      scope: attribute('scope', 'part'),
      columns: attribute('columns', [], (value) => JSON.parse(value) as unknown),
      group: attribute('group', 'none'),
      title: attribute('title', ''),
    }
  },
  parseHTML: () => [{ tag: 'div[data-register]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', HTMLAttributes],
})

export const Reference = Node.create({
  name: 'reference',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes() {
    return {
      target: attribute('target', null),
      cell: attribute('cell', 'baseline', (value) => (referenceCell.safeParse(value).success ? value : 'baseline')),
    }
  },
  parseHTML: () => [{ tag: 'span[data-target]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes],
})

export const Footnote = Node.create({
  name: 'footnote',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes() {
    return { text: attribute('text', '') }
  },
  parseHTML: () => [{ tag: 'sup[data-text]' }],
  renderHTML: ({ HTMLAttributes }) => ['sup', HTMLAttributes],
})

export const LineBreak = Node.create({
  name: 'break',
  group: 'inline',
  inline: true,
  selectable: false,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: () => ['br'],
  renderText: () => '\n',
})

const Bold = Mark.create({
  name: 'bold',
  parseHTML: () => [{ tag: 'strong' }, { tag: 'b' }],
  renderHTML: ({ HTMLAttributes }) => ['strong', HTMLAttributes, 0],
})

const Italic = Mark.create({
  name: 'italic',
  parseHTML: () => [{ tag: 'em' }, { tag: 'i' }],
  renderHTML: ({ HTMLAttributes }) => ['em', HTMLAttributes, 0],
})

const Underline = Mark.create({
  name: 'underline',
  parseHTML: () => [{ tag: 'u' }],
  renderHTML: ({ HTMLAttributes }) => ['u', HTMLAttributes, 0],
})

const Link = Mark.create({
  name: 'link',
  inclusive: false,
  addAttributes() {
    return {
      href: {
        default: null,
        parseHTML: (element: HTMLElement) => {
          const href = element.getAttribute('href')
          return linkHref.safeParse(href).success ? href : null
        },
        renderHTML: ({ href }: Record<string, unknown>) => (linkHref.safeParse(href).success ? { href } : {}),
      },
    }
  },
  parseHTML: () => [{ tag: 'a[href]' }],
  renderHTML: ({ HTMLAttributes }) => [
    'a',
    mergeAttributes(HTMLAttributes, { rel: 'noopener noreferrer nofollow', target: '_blank' }),
    0,
  ],
})

export const planNodes: Extensions = [PlanBody, PlanText, TextBlock, RegisterView, Reference, Footnote, LineBreak]
export const planMarks: Extensions = [Bold, Italic, Underline, Link]
export const planSchema: Extensions = [...planNodes, ...planMarks]
