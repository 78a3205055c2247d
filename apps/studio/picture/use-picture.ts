import { useEffect, useState } from 'react'
import type { Refusal } from '#kernel'
import type { GuestsPicture } from '#stage/backstage/contract'
import { client, isPassing } from '../house.ts'

export type Seen =
  | { readonly is: 'looking' }
  | { readonly is: 'picture', readonly picture: GuestsPicture }
  | { readonly is: 'out', readonly refusal: Refusal }

const askEveryMs = 500
const noKey: Seen = { is: 'out', refusal: { code: 'stage.backstage.picture_unknown' } }

/** Who is on stage and how it is laid out, asked until the address ends. A house that is away for a
 *  moment changes nothing. */
export function usePicture(key: string | null): Seen {
  const [seen, setSeen] = useState<Seen>({ is: 'looking' })
  useEffect(() => {
    if (key === null) return setSeen(noKey)
    let timer = 0
    let isGone = false
    let before = ''
    const ask = async () => {
      const answer = await client.call('POST /api/stage/picture', { body: { key } })
      if (isGone) return
      if (!answer.ok && !isPassing(answer.refusal)) {
        return setSeen({ is: 'out', refusal: answer.refusal })
      }
      const now = answer.ok ? JSON.stringify(answer.value) : before
      if (answer.ok && now !== before) setSeen({ is: 'picture', picture: answer.value })
      before = now
      timer = window.setTimeout(() => void ask(), askEveryMs)
    }
    void ask()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [key])
  return seen
}
