/**
 * Tests on a clock of their own count turns of the loop: what is loaded on first use is loaded before
 * them. What happens while it is loaded is seen in test/promises/first-use.test.ts and by the programs
 * of test/package.
 */
import { provideParts } from '../../src/loaded-parts.ts'

provideParts()
