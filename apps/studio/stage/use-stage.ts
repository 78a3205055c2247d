import { useEffect, useMemo, useRef, useState } from 'react'
import { HOST, type Guest } from '#stage/backstage/contract'
import { framesPerSecond } from '../camera/devices.ts'
import { sizeOf } from '../camera/layout.ts'
import type { CaptureDesk } from '../camera/use-capture.ts'
import { readIceServers, readKey } from '../camera/use-whip.ts'
import { hostLinePath } from '../camera/whip-door.ts'
import { makeWhip } from '../camera/whip.ts'
import { refusalOf } from '../house.ts'
import { makeMixer, type Mixer, type Player } from './mixer.ts'
import { useBackstage, type Backstage } from './use-backstage.ts'
import { useLines, type Streams } from './use-lines.ts'

/** The stage of the one who films: guests' pictures and sound, and everybody in one picture. */
export interface StageDesk extends Backstage {
  readonly streams: Streams
  /** The desk with everybody on stage in its picture. */
  readonly desk: CaptureDesk
  readonly isMixing: boolean
}

const insideOf = (guests: readonly Guest[]) =>
  guests.filter(({ state }) => state === 'waiting' || state === 'on_stage')

/** Guests hear the host without themselves: a line of sound beside the show. */
function useHostLine(showId: string, desk: CaptureDesk, isWanted: boolean): void {
  const { capture } = desk
  useEffect(() => {
    if (!isWanted || !capture) return
    const whip = makeWhip({
      readKey: () => readKey(showId), readIceServers, path: hostLinePath, isSoundOnly: true,
      tell() {}, codeOfError: (error) => refusalOf(error).code,
    })
    whip.setAudio(capture.sound.ownTrack)
    whip.publish()
    const leave = () => whip.leave()
    addEventListener('pagehide', leave)
    return () => {
      removeEventListener('pagehide', leave)
      leave()
    }
  }, [showId, capture, isWanted])
}

/** The host hears those on stage: into the show's sound, and out of the loudspeaker. */
function useGuestSound(desk: CaptureDesk, onStage: readonly Guest[], streams: Streams): void {
  const { capture } = desk
  const playing = useRef(new Map<string, { audio: HTMLAudioElement, track: MediaStreamTrack }>())
  useEffect(() => {
    if (!capture) return
    const wanted = new Map(onStage.flatMap(({ id }) => {
      const track = streams.get(id)?.getAudioTracks()[0]
      return track ? [[id, track] as const] : []
    }))
    for (const [id, { audio, track }] of playing.current) {
      if (wanted.get(id) === track) continue
      audio.srcObject = null
      capture.sound.setGuest(id, null)
      playing.current.delete(id)
    }
    for (const [id, track] of wanted) {
      if (playing.current.has(id)) continue
      const audio = new Audio()
      audio.srcObject = new MediaStream([track])
      void audio.play().catch(() => {})
      capture.sound.setGuest(id, track)
      playing.current.set(id, { audio, track })
    }
  }, [capture, onStage, streams])
  useEffect(() => {
    const open = playing.current
    return () => {
      for (const { audio } of open.values()) audio.srcObject = null
      open.clear()
    }
  }, [])
}

function useMixer(
  desk: CaptureDesk, { stage }: Backstage, onStage: readonly Guest[], streams: Streams,
  hostName: string,
): MediaStreamTrack | null {
  const { capture, captured, choices } = desk
  const mixer = useRef<Mixer | null>(null)
  const [track, setTrack] = useState<MediaStreamTrack | null>(null)
  const isMixing = capture !== null && onStage.length > 0
  const people = useMemo<readonly Player[]>(() => [
    { id: HOST, name: hostName, video: captured.video },
    ...onStage.map(({ id, name }) =>
      ({ id, name, video: streams.get(id)?.getVideoTracks()[0] ?? null })),
  ], [captured.video, onStage, streams, hostName])
  const layout = stage?.layout ?? 'side'
  const spotlight = stage?.spotlight ?? HOST
  useEffect(() => {
    if (!isMixing || !capture) {
      setTrack(null)
      // After the sender has the camera itself again, so that no black frame goes out.
      const gone = mixer.current
      mixer.current = null
      setTimeout(() => gone?.close(), 500)
      return
    }
    const scene = { out: sizeOf(choices.shape), layout, spotlight, people }
    if (mixer.current) return mixer.current.setScene(scene)
    mixer.current = makeMixer(scene, framesPerSecond, capture.sound.tick)
    setTrack(mixer.current.track)
  }, [isMixing, capture, choices.shape, layout, spotlight, people])
  useEffect(() => () => mixer.current?.close(), [])
  return track
}

/** `hostName`: what viewers of every language read in the host's field, e.g. the merchant. */
export function useStage(showId: string, hostName: string, desk: CaptureDesk): StageDesk {
  const backstage = useBackstage(showId, true)
  const guests = backstage.stage?.guests
  const inside = useMemo(() => insideOf(guests ?? []), [guests])
  const onStage = useMemo(() => inside.filter(({ state }) => state === 'on_stage'), [inside])
  const who = useMemo(() => inside.map(({ id }) => id), [inside])
  const streams = useLines({
    showId, who, keyOf: inside.length > 0 ? () => readKey(showId) : null,
    iceServersOf: readIceServers,
  })
  useHostLine(showId, desk, onStage.length > 0)
  useGuestSound(desk, onStage, streams)
  const mixed = useMixer(desk, backstage, onStage, streams, hostName)
  const whole = useMemo(() => (mixed
    ? { ...desk, captured: { ...desk.captured, video: mixed, isMirrored: false } } : desk),
  [desk, mixed])
  return { ...backstage, streams, desk: whole, isMixing: mixed !== null }
}
