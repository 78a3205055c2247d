// English made longer and accented by the words plugin of tools/words.
declare module '*.json?pseudo' {
  const catalog: Record<string, string>
  export default catalog
}
