/**
 * Draws pictures with the chart library, of which only the needed parts are fetched, with the first
 * picture. On the screen they are SVG in the colours of the theme; what is downloaded is drawn as it
 * is printed, whatever the theme.
 */
import {
  paperLook,
  pictureHeight,
  pictureOption,
  pictureWidth,
  type PictureLook,
} from '@soanchung/shared/pictures/option.ts'
import type { Picture } from '@soanchung/shared/pictures/picture.ts'

const library = () => import('./chart-library.ts')

export interface Drawing {
  draw(picture: Picture, look: PictureLook): void
  dispose(): void
}

/** Rejects where the library cannot be fetched. */
export async function startDrawing(place: HTMLElement): Promise<Drawing> {
  const { init } = await library()
  const chart = init(place, null, { renderer: 'svg', width: 1, height: 1 })
  return {
    draw(picture, look) {
      chart.resize({ width: look.width, height: pictureHeight(picture, look), silent: true })
      chart.setOption(pictureOption(picture, look), { notMerge: true })
      // It would wait for a frame, and what is printed gets none.
      chart.getZr().flush()
    },
    dispose: () => chart.dispose(),
  }
}

/** The colours and the font of the page around `place`. */
export function lookAt(place: Element, width: number): PictureLook {
  const style = getComputedStyle(place)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    width,
    ink: token('--ink'),
    muted: token('--ink-muted'),
    faint: token('--line'),
    paper: token('--paper'),
    font: style.fontFamily,
    fontSize: 14,
    fills: ['--unit-0', '--unit-4-tint', '--unit-3', '--unit-7-tint', '--unit-1', '--unit-6-tint'].map(token),
    strokes: ['--unit-0', '--unit-3', '--unit-4', '--unit-5', '--unit-1', '--unit-6'].map(token),
    isTitled: false,
  }
}

/** How a picture is drawn that stands by itself: as wide as it needs. */
function aloneLook(picture: Picture): PictureLook {
  return { ...paperLook, width: Math.max(900, pictureWidth(picture, paperLook)), isTitled: true }
}

/** Pixels of the file to one that is drawn: sharp on paper, and still a canvas that browsers make. */
function densityOf({ width, height }: { width: number; height: number }): number {
  return width * height > 16_000_000 ? 1 : 2
}

export async function svgOf(picture: Picture): Promise<Blob> {
  const { init } = await library()
  const alone = aloneLook(picture)
  const size = { width: alone.width, height: pictureHeight(picture, alone) }
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(pictureOption(picture, alone))
    return new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' })
  } finally {
    chart.dispose()
  }
}

export async function pngOf(picture: Picture): Promise<Blob> {
  const { init } = await library()
  const alone = aloneLook(picture)
  const size = { width: alone.width, height: pictureHeight(picture, alone) }
  const chart = init(document.createElement('div'), null, { renderer: 'canvas', ...size })
  try {
    chart.setOption(pictureOption(picture, alone))
    const canvas = chart.renderToCanvas({ pixelRatio: densityOf(size), backgroundColor: alone.paper })
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error('the canvas is too large')) : resolve(blob)),
        'image/png',
      )
    })
  } finally {
    chart.dispose()
  }
}
