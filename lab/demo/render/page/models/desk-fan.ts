// Vintage desk fan from BabylonJS MeshesLibrary, CC BY 4.0 (credited in data/demo/README.md).
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js'
import { AnimationMixer } from 'three'

export const look = {
  backdrop: 0xdde3e4,
  views: [{ azimuth: -28, elevation: 10 }, { azimuth: 38, elevation: 16, fill: 0.8 }],
}

export const build = async () => {
  const gltf = await new GLTFLoader().loadAsync('/fan/vintageFan_animated.gltf')
  gltf.scene.userData.mixer = new AnimationMixer(gltf.scene)
  gltf.scene.userData.clips = gltf.animations
  gltf.scene.traverse((part) => {
    if (part.isMesh) part.material.envMapIntensity = 1.25
  })
  return gltf.scene
}
