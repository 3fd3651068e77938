// What the page's data are, for the type checker; nothing of this is in the page.

type Numbers = ArrayLike<number>;
/** Of an image; in colour with 3 channels. */
type Shape = [height: number, width: number, channels?: number];

/** Weights row by row, inputs × units, and a bias per unit; the activation, where a file says it. */
interface Layer {
  weights: Float32Array;
  bias: Float32Array;
  inputs: number;
  units: number;
  activation?: string;
}

interface Fitted extends Layer {
  classOf: number[];
  shares: Float32Array;
}

interface Unit {
  influence: Float32Array;
  explained: Float32Array;
}

interface Step extends Layer {
  updates: number;
  accuracy: number;
  agreement: number;
  explained: number;
}

interface AffineMap {
  map: Float32Array;
  bias: number;
}

/** A network of the page as arrays; `classes` is how many there are. */
interface Network {
  name: string;
  label: string;
  activation: string;
  architecture: string;
  words: string;
  accuracy: number | null;
  agreement: number | null;
  isAffine: boolean;
  isDense: boolean;
  classes: number;
  layers: Layer[];
  fitted: Fitted | null;
  never: Uint8Array;
  units: Unit[];
  ladder: { words: string; explained: number | null; agreement: number; errors: number | null }[];
  film?: { steps: Step[] };
}

/** What a row of the page shows of an image; indices are of classes. */
interface Row {
  network: Network;
  isEmpty: boolean;
  answer: number;
  scores: number[];
  sure: string;
  says: number | null;
  points: number[] | null;
  used: AffineMap | null;
  picture: AffineMap | null;
  isSame: boolean | null;
  /** Of how many test images the pictures of this moment give the answers, from 0 to 1. */
  share: number | null;
  /** The moment whose picture it is; null at the end. */
  updates: number | null;
  total: string;
}

/** The answer's lead while ink is taken away, and the share that is gone when it falls. */
interface Fall {
  by: string;
  leads: number[];
  gone: number[];
  falls: number;
}

/** A file of weights read one way: how many images it then gets right. */
interface Reading {
  activation: string;
  scaling: string;
  layers: Layer[];
  right: number;
}

/** What the fitted pictures say of an image. */
interface FittedScores {
  pictureScores: Float32Array;
  strongest: number[];
  scores: number[];
}

interface Window {
  lookingFor: { networks: string[]; logits(name: string, pixels: number[]): number[]; answer(name: string, pixels: number[]): string };
}
