// The latest steps of every version's traffic.

export class Traffic {
  #steps = [];
  #most = 180;

  /** Time of the last step in milliseconds since 1970; 0 before the first. */
  get last() {
    return this.#steps.at(-1)?.time ?? 0;
  }

  get steps() {
    return this.#steps;
  }

  add(steps, most) {
    this.#most = most;
    this.#steps = [...this.#steps, ...steps.filter(s => s.time > this.last)].slice(-this.#most);
  }

  /** Rate over the last minute, and median and p99 of the last step in it that had requests. */
  now(name, version = null) {
    const recent = this.#steps.filter(s => s.time > this.last - 60000);
    const seconds = recent.reduce((sum, s) => sum + s.seconds, 0);
    const figures = recent.flatMap(s => s.models.filter(m => m.name === name && (version === null || m.version === version)));
    const latest = figures.at(-1);
    return {
      rate: seconds > 0 ? figures.reduce((sum, m) => sum + m.requests, 0) / seconds : 0,
      p50: latest?.p50_ms ?? null,
      p99: latest?.p99_ms ?? null,
    };
  }

  /** Requests and errors of a version in all steps. */
  total(name, version) {
    const figures = this.#steps.flatMap(s => s.models.filter(m => m.name === name && m.version === version));
    return { requests: figures.reduce((sum, m) => sum + m.requests, 0), errors: figures.reduce((sum, m) => sum + m.errors, 0) };
  }

  /** Versions of a model that had requests, in order. */
  versions(name) {
    return [...new Set(this.#steps.flatMap(s => s.models.filter(m => m.name === name).map(m => m.version)))].sort((a, b) => a - b);
  }

  /** One value for each step, from the version's figures and the step. */
  series(name, version, value) {
    return this.#steps.map(s => value(s.models.find(m => m.name === name && m.version === version), s));
  }
}
