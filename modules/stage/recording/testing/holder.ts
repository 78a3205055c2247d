import { silentLog, systemClock, type ShowId } from '#kernel'
import { makeLeases } from '../lease.ts'
import { makeRecorder } from '../recorder.ts'
import { part } from './parts.ts'

// A process that takes a show's folder and records into it without end. What it is asked to do and
// what happens to it goes over the channel to its parent.
const [root, id] = process.argv.slice(2) as [string, ShowId]
const say = (what: string) => process.send!(what)
const leases = makeLeases({ root, clock: systemClock, log: silentLog, onLost: () => say('lost') })
const lease = await leases.take(id)
say(lease ? 'taken' : 'refused')
if (lease) {
  const recorder = makeRecorder({
    folder: lease.path, log: silentLog,
    told: { onSegment() {}, onProblem: (problem) => say(problem) },
  })
  process.on('message', () => void recorder.release().then(() => lease.release())
    .then(() => say('released')))
  recorder.init(0, Buffer.from('init'))
  for (let msn = 0; ; msn++) {
    recorder.open({ msn, initId: 0, wallMs: msn, ticks: msn * 54_000, isDiscontinuity: false },
      18_000)
    for (let n = 0; n < 3; n++) {
      recorder.part(part(msn * 54_000 + n * 18_000, n === 0))
      await recorder.flushed()
      await systemClock.sleep(2)
    }
    recorder.close(msn, 54_000)
    // After it lost the folder it goes on trying, as hard as it can.
    recorder.resume()
  }
}
process.disconnect?.()
