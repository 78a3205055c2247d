import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface CurveProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly height: number
}

/** One live series without axes: the shape of the last minutes. Its colour is the element's own. */
export function Curve({ label, times, values, height }: CurveProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const colour = () => getComputedStyle(element).color
    const made = new uPlot({
      width: Math.max(40, element.clientWidth), height,
      legend: { show: false }, cursor: { show: false }, padding: [2, 0, 2, 0],
      axes: [{ show: false }, { show: false }],
      scales: { y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(1, high * 1.1)] } },
      series: [{}, { stroke: colour, width: 2, points: { show: false } }],
    }, [[], []], element)
    plot.current = made
    const watch = new ResizeObserver(() =>
      made.setSize({ width: Math.max(40, element.clientWidth), height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [height])

  useEffect(() => plot.current?.setData([[...times], [...values]]), [times, values])
  return <div ref={frame} className="curve" role="img" aria-label={label} />
}
