import { assert } from '#kernel'

export interface BatcherOptions<In, Out> {
  /** Most items in one batch. */
  readonly max: number
  /** Most items waiting; beyond it new ones are turned away. */
  readonly queueLimit: number
  /** Batches in flight at once. */
  readonly lanes: number
  /** One answer per item, in order. A failure fails every item of the batch. */
  run(items: readonly In[]): Promise<readonly Out[]>
}

export interface Batcher<In, Out> {
  readonly waiting: number
  /** Null when the queue is full. */
  submit(item: In): Promise<Out> | null
  /** Done when everything that was submitted has its answer. */
  idle(): Promise<void>
}

interface Waiting<In, Out> {
  readonly item: In
  readonly resolve: (answer: Out) => void
  readonly reject: (error: unknown) => void
}

/** Everything that arrives while a batch is in flight goes into the next one: batches grow with
 *  load, and nobody waits for a timer. */
export function makeBatcher<In, Out>(options: BatcherOptions<In, Out>): Batcher<In, Out> {
  const queue: Waiting<In, Out>[] = []
  let inFlight = 0
  let resting: (() => void)[] = []

  async function runOne(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const answers = await options.run(batch.map((one) => one.item))
      assert(answers.length === batch.length, 'a batch must answer every item')
      batch.forEach((one, index) => one.resolve(answers[index]!))
    } catch (error) {
      for (const one of batch) one.reject(error)
    }
  }

  function pump(): void {
    while (inFlight < options.lanes && queue.length > 0) {
      const batch = queue.splice(0, options.max)
      inFlight++
      void runOne(batch).then(() => {
        inFlight--
        pump()
      })
    }
    if (inFlight > 0 || queue.length > 0) return
    const done = resting
    resting = []
    for (const tell of done) tell()
  }

  return {
    get waiting() { return queue.length },
    submit(item) {
      if (queue.length >= options.queueLimit) return null
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject })
        // What arrives in the same turn belongs together.
        if (inFlight < options.lanes) queueMicrotask(pump)
      })
    },
    idle: () => inFlight === 0 && queue.length === 0 ? Promise.resolve()
      : new Promise((done) => { resting.push(done) }),
  }
}
