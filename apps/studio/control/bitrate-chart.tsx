import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface BitrateChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Seconds since 1970. */
  readonly times: readonly number[]
  /** null: nothing came. */
  readonly values: readonly (number | null)[]
  readonly number: (value: number) => string
  readonly time: (ms: number) => string
}

const height = 132
const width = (element: HTMLElement) => Math.max(120, element.clientWidth)

/** The bitrate of some minutes with its axes. Time runs from left to right in every language, like
 *  the player's own bar. */
export function BitrateChart({ label, times, values, number, time }: BitrateChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const words = useRef({ number, time })
  useEffect(() => { words.current = { number, time } })

  useEffect(() => {
    const element = frame.current
    if (!element) return
    // A canvas takes no variables: the element's own colours are what they stand for.
    const style = (name: 'color' | 'borderTopColor' | 'outlineColor') =>
      () => getComputedStyle(element)[name]
    const axis = {
      stroke: style('outlineColor'), font: `12px ${getComputedStyle(element).fontFamily}`,
      grid: { stroke: style('borderTopColor'), width: 1 }, ticks: { show: false },
    }
    const made = new uPlot({
      width: width(element), height, padding: [8, 28, 0, 0],
      legend: { show: false }, cursor: { show: false },
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(500, (high || 0) * 1.15)] } },
      axes: [
        { ...axis, size: 24, space: 68, grid: { show: false },
          values: (_plot, marks) => marks.map((mark) => words.current.time(mark * 1000)) },
        { ...axis, size: 52, space: 34,
          values: (_plot, marks) => marks.map((mark) => words.current.number(mark)) },
      ],
      series: [{}, { stroke: style('color'), width: 2, points: { show: false } }],
    }, [[], []], element)
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: width(element), height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [])

  useEffect(() => plot.current?.setData([[...times], [...values]]), [times, values])
  return <div ref={frame} className="bitrate" dir="ltr" role="img" aria-label={label} />
}
