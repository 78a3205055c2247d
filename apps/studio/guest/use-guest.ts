import { useCallback, useEffect, useRef, useState } from 'react'
import type { Refusal, Result } from '#kernel'
import type { MyPlace } from '#stage/backstage/contract'
import { readIceServers } from '../camera/use-whip.ts'
import type { Sending } from '../camera/sending.ts'
import { startSending } from '../camera/sending.ts'
import { makeWhip } from '../camera/whip.ts'
import { client, isPassing, refusalOf } from '../house.ts'
import { keepGuestKey, readGuestKey } from './guest-key.ts'
import type { GuestMedia } from './use-guest-media.ts'

/** Where a guest is: at the door (the link looks good), inside with a key, or out. */
export type Way =
  | { readonly is: 'looking' }
  | { readonly is: 'door', readonly title: string }
  | { readonly is: 'inside', readonly key: string, readonly place: MyPlace }
  | { readonly is: 'out', readonly refusal: Refusal }

export interface GuestDesk {
  readonly way: Way
  readonly refusal: Refusal | null
  enter(name: string, language: string): Promise<void>
  speak(): void
  leave(): void
}

const askEveryMs = 1000

export function useGuest(token: string | null): GuestDesk {
  const [way, setWay] = useState<Way>({ is: 'looking' })
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const key = way.is === 'inside' ? way.key : null

  const hear = useCallback((by: string, answer: Result<MyPlace>) => {
    if (answer.ok) return setWay({ is: 'inside', key: by, place: answer.value })
    // A house that is away for a moment has sent nobody out.
    if (isPassing(answer.refusal)) return undefined
    return setRefusal(answer.refusal)
  }, [])

  useEffect(() => {
    if (!token) return setWay({ is: 'out', refusal: { code: 'stage.backstage.link_invalid' } })
    let isGone = false
    const look = async () => {
      const kept = readGuestKey(token)
      const mine = kept ? await client.call('POST /api/stage/me', { body: { key: kept } }) : null
      if (isGone) return
      if (kept && mine?.ok) return setWay({ is: 'inside', key: kept, place: mine.value })
      const answer = await client.call('POST /api/stage/look', { body: { token } })
      if (isGone) return
      setWay(answer.ok ? { is: 'door', title: answer.value.title }
        : { is: 'out', refusal: answer.refusal })
    }
    void look()
    return () => { isGone = true }
  }, [token])

  useEffect(() => {
    if (key === null) return
    const timer = setInterval(() => void client.call('POST /api/stage/me', { body: { key } })
      .then((answer) => hear(key, answer)), askEveryMs)
    return () => clearInterval(timer)
  }, [key, hear])

  return {
    way, refusal,
    async enter(name, language) {
      if (!token) return
      const answer = await client.call('POST /api/stage/enter', {
        body: { token, name, language },
      })
      if (!answer.ok) return setRefusal(answer.refusal)
      setRefusal(null)
      keepGuestKey(token, answer.value.key)
      setWay({ is: 'inside', key: answer.value.key, place: answer.value.place })
    },
    speak() {
      if (key) void client.call('POST /api/stage/speak', { body: { key } })
        .then((answer) => hear(key, answer))
    },
    leave() {
      if (key) void client.call('POST /api/stage/leave', { body: { key } })
        .then((answer) => hear(key, answer))
    },
  }
}

/** Enough for a quarter of the picture, and kind to a phone's line. */
const quality = { kbps: 1000, fps: 30, scale: 2 } as const

/** Sends the guest's picture and sound for as long as they are inside. */
export function useSendGuest(key: string | null, media: GuestMedia): Sending {
  const [sending, setSending] = useState<Sending>(startSending)
  const whip = useRef<ReturnType<typeof makeWhip> | null>(null)
  const { video, audio } = media
  const hasMedia = video !== null || audio !== null
  useEffect(() => {
    if (key === null || !hasMedia) return
    const made = makeWhip({
      readKey: async () => key, readIceServers, tell: setSending, isSoundOnly: video === null,
      codeOfError: (error) => refusalOf(error).code,
    })
    whip.current = made
    made.setQuality(quality)
    made.setVideo(video)
    made.setAudio(audio)
    made.publish()
    const leave = () => made.leave()
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      leave()
    }
  }, [key, hasMedia, video, audio])
  return sending
}
