/** A sample of a stream, drawn evenly over groups whose sizes nobody knows beforehand. */
import type { Random } from '../kernels/random.ts';

interface Group {
  nSeen: number;
  /** Places of its rows in the sample. */
  readonly places: number[];
}

/**
 * At most `nMax` rows, of each group as many as of any other, or all that it has. Within a group each row is as likely as any
 * other (reservoir sampling, Vitter 1985): once the room is full the largest group gives up rows at random.
 */
export class EvenSample {
  private readonly groups = new Map<string, Group>();
  private nTaken = 0;

  constructor(
    private readonly nMax: number,
    private readonly random: Random,
  ) {}

  /** Rows in the sample. */
  get size(): number {
    return this.nTaken;
  }

  /** @returns the place of the next row in the sample, whose former row it replaces; −1 where it is not drawn */
  placeOf(groupName: string): number {
    const group = this.groups.get(groupName) ?? { nSeen: 0, places: [] };
    this.groups.set(groupName, group);
    group.nSeen++;
    const isCut = group.places.length < group.nSeen - 1;
    const giver = isCut || this.nTaken < this.nMax ? group : this.largest(group);
    if (!isCut && this.nTaken < this.nMax) group.places.push(this.nTaken++);
    else if (giver === group) return replaceOwn(group, this.random);
    else group.places.push(giver.places.splice(this.random.integer(giver.places.length), 1)[0]);
    return group.places[group.places.length - 1];
  }

  /** The largest group, or this one where none is larger. */
  private largest(own: Group): Group {
    let largest = own;
    for (const group of this.groups.values()) if (group.places.length > largest.places.length) largest = group;
    return largest;
  }
}

/** A group that has not got all its rows keeps its size: its next row takes the place of one of them, or is not drawn. */
function replaceOwn({ nSeen, places }: Group, random: Random): number {
  const at = random.integer(nSeen);
  return at < places.length ? places[at] : -1;
}
