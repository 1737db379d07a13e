// Seeded randomness (mulberry32), so that a failing run can be asked for again by its number.
export class Random {
    constructor(seed) { this.state = seed >>> 0; }

    /** In [0, 1). */
    next() {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let x = this.state;
        x = Math.imul(x ^ (x >>> 15), x | 1);
        x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
        return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
    }

    /** An integer from `low` to `high`, both included. */
    int(low, high) { return low + Math.floor(this.next() * (high - low + 1)); }
    chance(share) { return this.next() < share; }
    pick(list) { return list[this.int(0, list.length - 1)]; }
    /** The same in another order. */
    shuffle(list) {
        const rest = [...list];
        return list.map(() => rest.splice(this.int(0, rest.length - 1), 1)[0]);
    }
    /** An id of 24 hex digits. */
    id() { return Array.from({ length: 24 }, () => this.int(0, 15).toString(16)).join(''); }
}
