// Why a file is not taken: in one sentence, for people.

export class Refused extends Error {}

/** @param {string} why @returns {never} */
export function refuse(why) { throw new Refused(why); }
