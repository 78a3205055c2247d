/** Offers as clients send them, with the attributes and the order each of them uses. */

const FINGERPRINT = 'a=fingerprint:sha-256 E4:A0:EA:63:6A:D8:D4:06:ED:02:20:FD:F4:8E:41:1D:'
  + '4A:42:B3:26:B3:1C:00:45:B7:9D:17:27:51:F9:5E:53'

const text = (...lines: (string | string[])[]): string => `${lines.flat().join('\r\n')}\r\n`

const feedback = (payloadType: number): string[] =>
  ['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli']
    .map((kind) => `a=rtcp-fb:${payloadType} ${kind}`)

const h264 = (payloadType: number, mode: number, profile: string): string[] => [
  `a=rtpmap:${payloadType} H264/90000`, ...feedback(payloadType),
  `a=fmtp:${payloadType} level-asymmetry-allowed=1;packetization-mode=${mode};`
    + `profile-level-id=${profile}`,
]

const rtx = (payloadType: number, of: number): string[] =>
  [`a=rtpmap:${payloadType} rtx/90000`, `a=fmtp:${payloadType} apt=${of}`]

const transport = [
  'a=ice-ufrag:vIV1', 'a=ice-pwd:VvMHpZt49mdgwuyl+F74HkUa', 'a=ice-options:trickle', FINGERPRINT,
  'a=setup:actpass',
]

const extensions = [
  'a=extmap:14 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
]

const named = (ssrc: number): string[] =>
  [`a=ssrc:${ssrc} cname:Wj53fHiBeVFteirK`, `a=ssrc:${ssrc} msid:- 51178019-4249-4c41-b731`]

const chromiumAudio = (direction: 'sendonly' | 'recvonly'): string[] => [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126', 'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0', ...transport, 'a=mid:0', ...extensions, `a=${direction}`,
  'a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:111 opus/48000/2', 'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1', 'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111',
  'a=rtpmap:9 G722/8000', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000', 'a=rtpmap:126 telephone-event/8000',
]

const chromiumVideo = (direction: 'sendonly' | 'recvonly'): string[] => [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 108 109 114 116 39 41 45 98 118 119 120',
  'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', ...transport, 'a=mid:1', ...extensions,
  `a=${direction}`, 'a=rtcp-mux', 'a=rtcp-rsize',
  'a=rtpmap:96 VP8/90000', ...feedback(96), ...rtx(97, 96),
  ...h264(102, 1, '42001f'), ...rtx(103, 102), ...h264(104, 0, '42001f'), ...rtx(107, 104),
  ...h264(108, 1, '42e01f'), ...rtx(109, 108), ...h264(114, 0, '42e01f'),
  ...h264(116, 1, '4d001f'), ...h264(39, 0, '4d001f'), ...h264(41, 1, 'f4001f'),
  'a=rtpmap:45 AV1/90000', ...feedback(45), 'a=fmtp:45 level-idx=5;profile=0;tier=0',
  'a=rtpmap:98 VP9/90000', ...feedback(98), 'a=fmtp:98 profile-id=0',
  'a=rtpmap:118 red/90000', ...rtx(119, 118), 'a=rtpmap:120 ulpfec/90000',
]

const chromiumHead = [
  'v=0', 'o=- 8947154137710938432 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed', 'a=msid-semantic: WMS',
]

export const CHROMIUM_SENDS = text(
  chromiumHead, chromiumAudio('sendonly'), named(3_123_050_388), chromiumVideo('sendonly'),
  'a=ssrc-group:FID 2999569827 3191892305', named(2_999_569_827), named(3_191_892_305))

export const CHROMIUM_WATCHES = text(
  chromiumHead, chromiumAudio('recvonly'), chromiumVideo('recvonly'))

/** Firefox says the fingerprint once for all, format parameters before the formats, and with
 *  `max-bundle` the second media has no port of its own. */
export const FIREFOX_SENDS = text(
  'v=0', 'o=mozilla...THIS_IS_SDPARTA-140.0 5186584356436577426 0 IN IP4 0.0.0.0', 's=-', 't=0 0',
  FINGERPRINT, 'a=group:BUNDLE 0 1', 'a=ice-options:trickle', 'a=msid-semantic:WMS *',
  'm=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127 97 98 105 106', 'c=IN IP4 0.0.0.0',
  'a=sendonly', 'a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid', 'a=extmap-allow-mixed',
  'a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1',
  'a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1',
  'a=fmtp:105 profile-level-id=42001f;level-asymmetry-allowed=1;packetization-mode=1',
  'a=fmtp:120 max-fs=12288;max-fr=60', 'a=fmtp:124 apt=120', 'a=fmtp:121 max-fs=12288;max-fr=60',
  'a=fmtp:125 apt=121', 'a=fmtp:127 apt=126', 'a=fmtp:98 apt=97', 'a=fmtp:106 apt=105',
  'a=ice-pwd:81a8a3c32ebaa438a1ac8fb7bb9f7151', 'a=ice-ufrag:fb4c22ad', 'a=mid:0',
  'a=msid:- {d6f4dc1f-0f71-4a23-8ba7-8c95370e5479}', ...feedback(126), 'a=rtcp-mux',
  'a=rtcp-rsize', 'a=rtpmap:120 VP8/90000', 'a=rtpmap:124 rtx/90000', 'a=rtpmap:121 VP9/90000',
  'a=rtpmap:125 rtx/90000', 'a=rtpmap:126 H264/90000', 'a=rtpmap:127 rtx/90000',
  'a=rtpmap:97 H264/90000', 'a=rtpmap:98 rtx/90000', 'a=rtpmap:105 H264/90000',
  'a=rtpmap:106 rtx/90000', 'a=setup:actpass',
  'a=ssrc:3998233880 cname:{d6f4dc1f-0f71-4a23-8ba7-8c95370e5479}',
  'm=audio 0 UDP/TLS/RTP/SAVPF 109 9 0 8 101', 'c=IN IP4 0.0.0.0', 'a=bundle-only', 'a=sendonly',
  'a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1', 'a=fmtp:101 0-15',
  'a=ice-pwd:81a8a3c32ebaa438a1ac8fb7bb9f7151', 'a=ice-ufrag:fb4c22ad', 'a=mid:1', 'a=rtcp-mux',
  'a=rtpmap:109 opus/48000/2', 'a=rtpmap:9 G722/8000/1', 'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000/1', 'a=setup:actpass',
  'a=ssrc:1498233881 cname:{d6f4dc1f-0f71-4a23-8ba7-8c95370e5479}')

/** Safari likes constrained high first. */
export const SAFARI_WATCHES = text(
  'v=0', 'o=- 3521465464187348541 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed', 'a=msid-semantic: WMS',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102', 'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0', ...transport, 'a=mid:0', ...extensions, 'a=recvonly', 'a=rtcp-mux',
  'a=rtcp-rsize', ...h264(96, 1, '640c1f'), ...rtx(97, 96), ...h264(98, 1, '42e01f'),
  ...rtx(99, 98), 'a=rtpmap:100 VP8/90000', ...rtx(101, 100), 'a=rtpmap:102 H265/90000',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63', 'c=IN IP4 0.0.0.0', ...transport, 'a=mid:1', 'a=recvonly',
  'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111')

/** OBS Studio speaks through libdatachannel: one codec each, candidates in the first media. */
export const OBS_SENDS = text(
  'v=0', 'o=rtc 42128827 0 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'a=group:LS 0 1', 'a=msid-semantic:WMS *', 'a=ice-options:ice2,trickle', FINGERPRINT,
  'm=audio 58426 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 192.168.1.30', 'a=mid:0', 'a=sendonly',
  'a=ssrc:1234 cname:obs', 'a=ssrc:1234 msid:obs-audio obs', 'a=msid:obs-audio obs', 'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1',
  'a=setup:actpass', 'a=ice-ufrag:Nmce', 'a=ice-pwd:5yLEmgynZlNvEj+BbmWdva',
  'a=candidate:1 1 UDP 2122317823 192.168.1.30 58426 typ host', 'a=end-of-candidates',
  'm=video 58426 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 192.168.1.30', 'a=mid:1', 'a=sendonly',
  'a=ssrc:1235 cname:obs', 'a=ssrc:1235 msid:obs-video obs', 'a=rtcp-mux',
  'a=rtpmap:96 H264/90000', 'a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:96 goog-remb',
  'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
  'a=setup:actpass', 'a=ice-ufrag:Nmce', 'a=ice-pwd:5yLEmgynZlNvEj+BbmWdva')

/** GStreamer gives the rate of Opus in its own words, and the parameter sets in the format. */
export const GSTREAMER_SENDS = text(
  'v=0', 'o=- 5834719463710438191 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=ice-options:trickle',
  'a=group:BUNDLE video0 audio1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', 'a=setup:actpass', 'a=ice-ufrag:H3u0',
  'a=ice-pwd:8qcyNwhuWDJQnLx3C8zIFxTBdTJiUMpx', 'a=rtcp-mux', 'a=rtcp-rsize', 'a=sendonly',
  'a=rtpmap:96 H264/90000', 'a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:96 ccm fir',
  'a=fmtp:96 packetization-mode=1;profile-level-id=4d401f;'
    + 'sprop-parameter-sets=Z01AH5WgFAFuQA==,aO48gA==;level-asymmetry-allowed=1',
  'a=ssrc:2387456123 msid:user2859301837@host-1b2c webrtctransceiver0',
  'a=ssrc:2387456123 cname:user2859301837@host-1b2c', 'a=mid:video0', FINGERPRINT,
  'm=audio 0 UDP/TLS/RTP/SAVPF 97', 'c=IN IP4 0.0.0.0', 'a=bundle-only', 'a=setup:actpass',
  'a=ice-ufrag:H3u0', 'a=ice-pwd:8qcyNwhuWDJQnLx3C8zIFxTBdTJiUMpx', 'a=rtcp-mux', 'a=sendonly',
  'a=rtpmap:97 OPUS/48000/2', 'a=fmtp:97 sprop-maxcapturerate=48000;sprop-stereo=1',
  'a=ssrc:987654321 cname:user2859301837@host-1b2c', 'a=mid:audio1', FINGERPRINT)

/** An answer as the WebRTC adapter makes it. */
export const ANSWER = text(
  'v=0', 'o=rtc 1647835640 0 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'a=ice-options:ice2,trickle', FINGERPRINT,
  'm=audio 45357 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 10.0.0.5', 'a=mid:0', 'a=recvonly',
  'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', 'a=setup:active', 'a=ice-ufrag:gDjH',
  'a=ice-pwd:+7ZWiSsVZHhHbe81i+OBYl',
  'a=candidate:1 1 UDP 2122317823 10.0.0.5 45357 typ host',
  'a=candidate:2 1 UDP 2122315767 172.17.0.1 45357 typ host', 'a=end-of-candidates',
  'm=video 45357 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 10.0.0.5', 'a=mid:1', 'a=recvonly',
  'a=rtcp-mux', 'a=rtpmap:96 H264/90000', 'a=setup:active', 'a=ice-ufrag:gDjH',
  'a=ice-pwd:+7ZWiSsVZHhHbe81i+OBYl')
