/**
 * A picture as a PNG, for a file. The chart library, a canvas of 35 MB and the fonts are loaded with
 * the first picture, in the thread that makes files; a plan without pictures never pays for them.
 */
import { createRequire } from 'node:module'
import { paperLook, pictureHeight, pictureOption } from '@soanchung/shared/pictures/option.ts'
import type { Picture } from '@soanchung/shared/pictures/picture.ts'

export interface DrawnPicture {
  png: Uint8Array
  /** As it is to be shown, in CSS pixels; the file holds more. */
  width: number
  height: number
}

/** 16 cm. */
const width = 605
/** Pixels of the file to one that is shown: sharp on paper. */
const density = 3
const font = 'Tinos'
/** As large as the words of tables in the document. */
const fontSize = 14

let loaded: ReturnType<typeof loadLibraries> | null = null

async function loadLibraries() {
  const [canvas, core, charts, components, renderers] = await Promise.all([
    import('@napi-rs/canvas'),
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  const require = createRequire(import.meta.url)
  for (const weight of ['400Regular/Tinos_400Regular.ttf', '700Bold/Tinos_700Bold.ttf']) {
    canvas.GlobalFonts.registerFromPath(require.resolve(`@expo-google-fonts/tinos/${weight}`), font)
  }
  // Patterns are turned and scaled with it.
  Object.assign(globalThis, { DOMMatrix: canvas.DOMMatrix })
  // The types know a browser's canvas only; this one draws the same way.
  const create = (wide: number, high: number) => canvas.createCanvas(wide, high) as unknown as HTMLCanvasElement
  core.setPlatformAPI({ createCanvas: () => create(32, 32) })
  core.use([
    charts.BarChart,
    charts.LineChart,
    components.GridComponent,
    components.LegendComponent,
    renderers.CanvasRenderer,
  ])
  return { canvas, core }
}

export async function drawPng(picture: Picture): Promise<DrawnPicture> {
  const { canvas, core } = await (loaded ??= loadLibraries())
  const look = { ...paperLook, font, fontSize, width }
  const height = Math.ceil(pictureHeight(picture, look))
  const sheet = canvas.createCanvas(width * density, height * density)
  const chart = core.init(sheet as unknown as HTMLElement, null, { width, height, devicePixelRatio: density })
  try {
    chart.setOption(pictureOption(picture, look))
    return { png: new Uint8Array(await sheet.encode('png')), width, height }
  } finally {
    chart.dispose()
  }
}
