// Puts one frame of the clip together: the set, the product in its middle, and what moves on its
// own: swaying lanterns, their light, the curtain's breath, dust in the light, steam over tea.
// Every movement repeats a whole number of times in the clip, so that the loop has no seam.
import { FLOW_PX } from './flow.ts'
import { FRAME, REGION } from './set.ts'

const VERTEX = '#version 300 es\nin vec2 at; out vec2 uv;'
  + ' void main(){ uv = at * 0.5 + 0.5; gl_Position = vec4(at, 0., 1.); }'

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 uv; out vec4 color;
uniform sampler2D plate, one, oneNext, oneFlow, oneNextFlow, two, twoNext, twoFlow, twoNextFlow;
uniform float blend, turn, steam, oneShare, twoShare;
uniform vec4 dust[16];
const vec2 FULL = vec2(${FRAME.width}., ${FRAME.height}.);
const vec4 PART = vec4(${REGION.x}., ${REGION.y}., ${REGION.width}., ${REGION.height}.);
const float TAU = 6.2831853;

float hash(vec2 p) { return fract(sin(dot(p, vec2(41.3, 289.1))) * 43758.5453); }
float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3. - 2. * f);
  return mix(mix(hash(i), hash(i + vec2(1., 0.)), f.x), mix(hash(i + vec2(0., 1.)),
    hash(i + vec2(1., 1.)), f.x), f.y);
}
float cloud(vec2 p) {
  return noise(p) * 0.55 + noise(p * 2.1 + 7.) * 0.3 + noise(p * 4.3 + 3.) * 0.15;
}

vec2 moved(sampler2D flow, vec2 r) {
  return (texture(flow, r).xy - vec2(128. / 255.)) * ${2 * FLOW_PX}. / PART.zw;
}
// Both key pictures are bent to the moment between them, then mixed by how near each is.
vec3 between(sampler2D here, sampler2D next, sampler2D flow, sampler2D nextFlow, vec2 r,
  float share) {
  vec3 a = texture(here, r - share * moved(flow, r)).rgb;
  vec3 b = texture(next, r + (1. - share) * moved(nextFlow, r)).rgb;
  return mix(a, b, share);
}
vec2 sway(vec2 p, vec2 hook, float bottom, float size, float phase) {
  float mask = smoothstep(size + 28., size, abs(p.x - hook.x)) * smoothstep(bottom + 26., bottom,
    p.y);
  float angle = 0.020 * sin(TAU * phase) + 0.008 * sin(TAU * phase * 2. + 1.);
  return vec2(-angle * (p.y - hook.y), 0.) * mask;
}

void main() {
  float loop = turn;
  vec2 view = vec2(uv.x, 1. - uv.y);
  float zoom = 0.905 + 0.030 * sin(TAU * (loop * 3. + 0.1)) + 0.012 * sin(TAU * loop * 7.);
  vec2 drift = vec2(0.012 * sin(TAU * loop * 4.), 0.008 * sin(TAU * (loop * 5. + 0.3)));
  vec2 p = ((view - vec2(0.5, 0.44)) * zoom + vec2(0.5, 0.44) + drift) * FULL;
  vec2 q = p;
  q += sway(p, vec2(150., -260.), 284., 94., loop * 19.);
  q += sway(p, vec2(738., -260.), 198., 76., loop * 23. + 0.4);
  float open = smoothstep(400., 240., p.y) * smoothstep(190., 330., abs(p.x - 432.));
  q.x += open * 2.4 * sin(TAU * loop * 13. + p.x * 0.021)
    * (0.6 + 0.4 * sin(p.y * 0.01 + TAU * loop * 9.));
  vec3 c = texture(plate, vec2(q.x, q.y) / FULL).rgb;
  vec2 r = (q - PART.xy) / PART.zw;
  vec2 edge = min(r, 1. - r) * PART.zw;
  float inside = smoothstep(4., 64., min(edge.x, edge.y));
  if (inside > 0.) {
    vec3 shown = between(one, oneNext, oneFlow, oneNextFlow, r, oneShare);
    if (blend > 0.) shown = mix(shown, between(two, twoNext, twoFlow, twoNextFlow, r, twoShare),
      blend);
    c = mix(c, shown, inside);
  }
  if (p.y < 620.) {
    float flicker = 0.5 + 0.5 * sin(TAU * loop * 31.) * sin(TAU * loop * 47. + 2.);
    float warm = exp(-pow(distance(p, vec2(150., 146.)) / 250.,
      2.)) + 0.8 * exp(-pow(distance(p, vec2(738., 86.)) / 210., 2.));
    c += vec3(0.085, 0.052, 0.018) * warm * (0.55 + 0.45 * flicker);
  }
  vec2 s = vec2((p.x - 560.) / 150., (640. - p.y) / 260.);
  if (steam > 0. && abs(s.x) < 1.4 && s.y > 0. && s.y < 1.1) {
    float rise = cloud(vec2(s.x * 2.6 + 0.5 * sin(s.y * 3. + TAU * loop * 17.),
      s.y * 2.2 - loop * 60.));
    float mask = exp(-s.x * s.x * (2.6 - s.y)) * smoothstep(0., 0.22, s.y) * smoothstep(1.1, 0.3,
      s.y);
    c = mix(c, vec3(1.), steam * 0.34 * mask * smoothstep(0.42, 0.8, rise));
  }
  for (int i = 0; i < 16 && p.y < 980.; i++) {
    vec2 d = p - dust[i].xy;
    float far = dot(d, d);
    if (far < 400.) c += vec3(1., 0.9, 0.72) * dust[i].w * exp(-far / dust[i].z);
  }
  vec2 corner = view - vec2(0.5, 0.42);
  c *= 1. - 0.34 * smoothstep(0.25, 0.85, dot(corner, corner) * 1.6);
  c *= mix(1., 0.86, smoothstep(0.68, 1., view.y));
  color = vec4(c, 1.);
}`

const fraction = (x) => x - Math.floor(x)
const between = (a, b, x) => {
  const t = Math.min(1, Math.max(0, (x - a) / (b - a)))
  return t * t * (3 - 2 * t)
}

/** Each mote's x, y, size and brightness; it rises and is back when the loop ends. */
const dustAt = (loop) => Array.from({ length: 16 }, (_, i) => {
  const [a, b, c] = [1, 2, 5].map((n) => fraction(Math.sin(i * 12.9898 + n * 78.233) * 43758.5453))
  const y = fraction(b - loop * (2 + Math.floor(a * 3)))
  const x = a + 0.05 * Math.sin(Math.PI * 2 * (loop * (5 + i) + b))
  const fade = between(0, 0.15, y) * between(1, 0.8, y)
  return [x * FRAME.width, y * FRAME.height * 0.62, 14 + 60 * c, 0.16 * fade]
}).flat()

const program = (gl) => {
  const made = gl.createProgram()
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind)
    gl.shaderSource(shader, text)
    gl.compileShader(shader)
    if (!gl.getShaderParameter(shader,
      gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader))
    gl.attachShader(made, shader)
  }
  gl.linkProgram(made)
  gl.useProgram(made)
  return made
}

const loadBitmap = async (url) => {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`no picture at ${url}`)
  return createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' })
}

const NAMES = ['plate', 'one', 'oneNext', 'oneFlow', 'oneNextFlow',
  'two', 'twoNext', 'twoFlow', 'twoNextFlow']

/** Draws frames: {width, height, one, two, blend, turn, steam}; `one` names two key pictures. */
export const makeCompositor = async () => {
  const canvas = document.createElement('canvas')
  const gl = canvas.getContext('webgl2', { preserveDrawingBuffer: true })
  const made = program(gl)
  const place = (name) => gl.getUniformLocation(made, name)
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer())
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW)
  gl.enableVertexAttribArray(0)
  gl.bindAttribLocation(made, 0, 'at')
  gl.vertexAttribPointer(gl.getAttribLocation(made, 'at'), 2, gl.FLOAT, false, 0, 0)
  const held = NAMES.map((name, unit) => {
    const texture = gl.createTexture()
    gl.activeTexture(gl.TEXTURE0 + unit)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D,
      side, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR)
    gl.uniform1i(place(name), unit)
    return { unit, url: '' }
  })
  const put = async (slot, url) => {
    if (held[slot].url === url) return
    held[slot].url = url
    const bitmap = await loadBitmap(url)
    gl.activeTexture(gl.TEXTURE0 + slot)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, bitmap)
    bitmap.close()
  }
  const draw = async (frame) => {
    canvas.width = frame.width
    canvas.height = frame.height
    gl.viewport(0, 0, frame.width, frame.height)
    await put(0, '/frames/plate.png')
    const show = async (slot, shown) => {
      const files = [`${shown.here}.jpg`, `${shown.next}.jpg`, `${shown.here}.png`,
        `${shown.next}.png`]
      for (const [i, file] of files.entries()) await put(slot + i, file)
    }
    await show(1, frame.one)
    gl.uniform1f(place('oneShare'), frame.one.share)
    if (frame.blend > 0) {
      await show(5, frame.two)
      gl.uniform1f(place('twoShare'), frame.two.share)
    }
    gl.uniform1f(place('blend'), frame.blend)
    gl.uniform1f(place('turn'), frame.turn)
    gl.uniform1f(place('steam'), frame.steam)
    gl.uniform4fv(place('dust'), dustAt(frame.turn))
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  }
  return { draw, canvas }
}
