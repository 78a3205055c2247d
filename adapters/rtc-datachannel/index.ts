import {
  Audio, PeerConnection, Video, initLogger, type Track,
} from 'node-datachannel'
import { Fault, type Log } from '#kernel'
import type { Peer, Peers, PeerTrack } from '#stage/media/contract'

export interface DatachannelDeps {
  readonly log: Log
  /** Every session speaks through this one UDP port. */
  readonly udpPort: number
  /** Where to listen; all addresses when not said. */
  readonly bindAddress?: string | undefined
}

const GATHER_MS = 5_000
const NAME = 'silkcast'

/** Native callbacks must never see an exception: it would end the process. */
const safely = <A extends unknown[]>(log: Log, run: (...args: A) => void) => (...args: A): void => {
  try {
    run(...args)
  } catch (error) {
    log.error('rtc.callback', { message: error instanceof Error ? error.message : String(error) })
  }
}

function describe(track: PeerTrack): Video | Audio {
  const media = describeMedia(track)
  media.parseSdpLine('a=rtcp-rsize')
  if (track.transportCc) {
    const { id, uri } = track.transportCc
    media.parseSdpLine(`a=extmap:${id} ${uri}`)
    media.parseSdpLine(`a=rtcp-fb:${track.payloadType} transport-cc`)
  }
  return media
}

function describeMedia(track: PeerTrack): Video | Audio {
  const { mid, payloadType, fmtp, ssrc } = track
  const direction = track.direction === 'send' ? 'SendOnly' : 'RecvOnly'
  if (track.kind === 'video') {
    const video = new Video(mid, direction)
    video.addH264Codec(payloadType, fmtp ?? '')
    if (track.direction === 'send') video.addSSRC(ssrc, NAME, NAME, 'video')
    return video
  }
  const audio = new Audio(mid, direction)
  audio.addOpusCodec(payloadType, fmtp ?? '')
  audio.parseSdpLine(`a=rtcp-fb:${payloadType} nack`)
  if (track.direction === 'send') audio.addSSRC(ssrc, NAME, NAME, 'audio')
  return audio
}

/** All our candidates are local addresses, so gathering is a matter of milliseconds. */
function gathered(connection: PeerConnection): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Fault('stage.media.rtc_silent')), GATHER_MS)
    connection.onGatheringStateChange((state) => {
      if (state !== 'complete') return
      clearTimeout(timer)
      done()
    })
  })
}

/** WebRTC by libdatachannel: ICE, DTLS and SRTP are native, packets come and go as they are. */
export function makeDatachannelPeers(deps: DatachannelDeps): Peers {
  const { log } = deps
  const open = new Set<PeerConnection>()
  initLogger('Warning', safely(log, (level, message) =>
    log.debug('rtc.native', { level, message })))

  const connect = (): PeerConnection => new PeerConnection(NAME, {
    iceServers: [], enableIceUdpMux: true, disableAutoNegotiation: true,
    forceMediaTransport: true, portRangeBegin: deps.udpPort, portRangeEnd: deps.udpPort,
    ...(deps.bindAddress !== undefined && { bindAddress: deps.bindAddress }),
  })

  const close = (connection: PeerConnection): void => {
    if (!open.delete(connection)) return
    try {
      connection.close()
    } catch (error) {
      log.warn('rtc.close', { message: (error as Error).message })
    }
  }

  const answer: Peers['answer'] = async (offer, wanted, tell) => {
    const connection = connect()
    open.add(connection)
    const tracks: { video?: Track; audio?: Track } = {}
    let isClosed = false
    const end = (): void => {
      if (isClosed) return
      isClosed = true
      close(connection)
      tell.state('closed')
    }
    try {
      for (const one of wanted) {
        const track = connection.addTrack(describe(one))
        tracks[one.kind] = track
        track.onMessage(safely(log, (bytes: Buffer) => {
          if (!isClosed) tell.packet(one.kind, bytes)
        }))
        track.onError(safely(log, (message) => log.debug('rtc.track', { message })))
      }
      connection.onStateChange(safely(log, (state) => {
        if (state === 'connected') tell.state('connected')
        // A session that lost its way is not mended here: the browser makes a new one.
        else if (state === 'failed' || state === 'closed' || state === 'disconnected') end()
      }))
      const whole = gathered(connection)
      connection.setRemoteDescription(offer, 'offer')
      connection.setLocalDescription('answer')
      await whole
    } catch (cause) {
      isClosed = true
      close(connection)
      if (cause instanceof Fault) throw cause
      throw new Fault('stage.media.offer_unreadable', { cause })
    }
    const peer: Peer = {
      answer: connection.localDescription()?.sdp ?? '',
      send(kind, packet) {
        const track = tracks[kind]
        if (isClosed || !track) return false
        try {
          return track.isOpen() && track.sendMessageBinary(packet as Buffer)
        } catch {
          return false
        }
      },
      get rttMs() {
        try {
          const ms = isClosed ? -1 : connection.rtt()
          return ms >= 0 ? ms : null
        } catch {
          return null
        }
      },
      close: end,
    }
    return peer
  }
  return {
    answer,
    close() {
      for (const connection of open) close(connection)
    },
  }
}
