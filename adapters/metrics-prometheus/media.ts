import { Gauge, type Registry } from 'prom-client'
import type { MediaMetrics } from '#stage/media/contract'

type Health = MediaMetrics['shows'][number]['health']

/** Per show: name of the gauge, what it means, where it is read. */
const perShow: readonly (readonly [string, string, (health: Health) => number | undefined])[] = [
  ['ingest_kbps', 'Media that comes in, kilobits a second.', ({ kbps }) => kbps],
  ['ingest_loss_ratio', 'Packets lost on the way in.', ({ lossFraction }) => lossFraction],
  ['pli_total', 'Keyframes asked for again.', ({ pliCount }) => pliCount],
  ['nack_total', 'Packets asked for again.', ({ nackCount }) => nackCount],
  ['parts_written_total', 'Parts of LL-HLS.', ({ partsWritten }) => partsWritten],
  ['parts_late_total', 'Parts later than 1.5 times their length.', ({ partsLate }) => partsLate],
]

/** Figures of the media process, asked by the server. They are set anew at every reading, so that a
 *  show that is over leaves no series behind. */
export function makeMediaGauges(registry: Registry) {
  const make = (name: string, help: string, labels: string[] = []) => new Gauge({
    name: `silkcast_media_${name}`, help, labelNames: ['process', ...labels], registers: [registry],
  })
  const up = make('up', 'Whether the media process answers.')
  const uptime = make('uptime_seconds', 'Since the media process began.')
  const cpu = make('cpu_seconds_total', 'Time of the processor that it took.')
  const memory = make('memory_bytes', 'Memory that it holds.')
  const receiving = make('shows_receiving', 'Shows whose media arrives.')
  const publishers = make('publishers', 'Connections of encoders.')
  const viewers = make('viewers', 'Viewers, by transport.', ['show', 'transport'])
  const gauges = perShow.map(([name, help, read]) => ({ gauge: make(name, help, ['show']), read }))
  const all = [up, uptime, cpu, memory, receiving, publishers, viewers,
    ...gauges.map(({ gauge }) => gauge)]
  const process = 'media'

  function setShow({ showId: show, health }: MediaMetrics['shows'][number]): void {
    for (const { gauge, read } of gauges) {
      const value = read(health)
      if (value !== undefined) gauge.set({ process, show }, value)
    }
    const { viewersHls, viewersWhep } = health
    if (viewersHls !== undefined) viewers.set({ process, show, transport: 'hls' }, viewersHls)
    if (viewersWhep !== undefined) viewers.set({ process, show, transport: 'whep' }, viewersWhep)
  }

  return {
    set(figures: MediaMetrics | null): void {
      for (const gauge of all) gauge.reset()
      up.set({ process }, figures ? 1 : 0)
      if (!figures) return
      uptime.set({ process }, figures.upSeconds)
      cpu.set({ process }, figures.cpuSeconds)
      memory.set({ process }, figures.memoryBytes)
      receiving.set({ process }, figures.receiving)
      publishers.set({ process }, figures.publishers)
      for (const show of figures.shows) setShow(show)
    },
  }
}
