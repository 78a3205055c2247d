/** What to tell people whose Node cannot run us; nothing when it can. */
export declare function sentenceForNode(version: string): string | undefined
