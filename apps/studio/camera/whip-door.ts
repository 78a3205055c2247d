const whipPath = '/media/whip'
const answerMs = 10_000

async function codeOf(response: Response): Promise<string> {
  try {
    const body = await response.json() as { refusal?: { code?: unknown } }
    if (typeof body.refusal?.code === 'string') return body.refusal.code
  } catch {
    // Not ours: something between us and the server answered.
  }
  return response.status === 429 ? 'http.too_fast' : 'http.unavailable'
}

/** Only an address of ours is told to end, whatever the answer names. */
function locationOf(response: Response): string | null {
  const named = response.headers.get('location')
  if (!named || !URL.canParse(named, location.origin)) return null
  const url = new URL(named, location.origin)
  return url.origin === location.origin ? url.pathname : null
}

/** The doors of the media process for one stream key. */
export function makeWhipDoor(streamKey: string) {
  const headers = { authorization: `Bearer ${streamKey}` }
  return {
    /** The answer and where the session ends, or why there is none. Throws without a network. */
    async offer(
      sdp: string, signal: AbortSignal,
    ): Promise<{ answer: string, place: string | null } | { code: string }> {
      const response = await fetch(whipPath, {
        method: 'POST', headers: { ...headers, 'content-type': 'application/sdp' }, body: sdp,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      })
      if (response.status !== 201) return { code: await codeOf(response) }
      return { place: locationOf(response), answer: await response.text() }
    },
    /** Nobody waits for it: a session that is not told to end gives way after 3 s of silence. */
    end(place: string) {
      void fetch(place, { method: 'DELETE', headers, keepalive: true }).catch(() => {})
    },
  }
}
