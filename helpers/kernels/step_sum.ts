/** A sum over the last so many steps of time: what is older leaves a step at a time. */
export class StepSum {
  private readonly sums: Float64Array;
  private step = Number.NEGATIVE_INFINITY;
  private total = 0;

  constructor(
    private readonly stepMs: number,
    private readonly nSteps: number,
  ) {
    this.sums = new Float64Array(nSteps);
  }

  /** The sum as of a moment. */
  at(tsMs: number): number {
    this.moveTo(Math.floor(tsMs / this.stepMs));
    return this.total;
  }

  /** Adds a value; one that comes late counts in the step that is going on. */
  add(tsMs: number, value: number): void {
    this.moveTo(Math.floor(tsMs / this.stepMs));
    this.sums[this.step % this.nSteps] += value;
    this.total += value;
  }

  /** The step that goes on, and the sums of all steps as they lie. */
  state(): number[] {
    return [this.step, ...this.sums];
  }

  /** Goes on from where another stood. */
  restore([step, ...sums]: Iterable<number>): void {
    this.step = step;
    this.sums.set(sums);
    this.total = this.sums.reduce((total, sum) => total + sum, 0);
  }

  private moveTo(step: number): void {
    if (step <= this.step) return;
    for (let i = Math.max(this.step + 1, step - this.nSteps + 1); i <= step; i++) this.sums[i % this.nSteps] = 0;
    this.step = step;
    this.total = 0;
    for (let i = 0; i < this.nSteps; i++) this.total += this.sums[i];
  }
}
