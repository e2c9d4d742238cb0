/**
 * The Intel 8254 Programmable Interval Timer of a PC, with System Control Port B beside it.
 *
 * <p><b>Datasheet.</b> Intel 8254, order number 231164. Names here are its own: CR (count
 * register), CE (counting element), OL (output latch), SC, RW, M and BCD of the control word, CLK,
 * GATE and OUT. Port B is that of the IBM PC/AT (Technical Reference, "system board I/O").
 *
 * <p><b>Registers</b>, all 8 bits wide:
 *
 * <table>
 * <caption>With the default options</caption>
 * <tr><th>Port</th><th>Read</th><th>Write</th></tr>
 * <tr><td>0x40 to 0x42</td><td>latched status, latched count or CE</td><td>CR</td></tr>
 * <tr><td>0x43</td><td>0xff</td><td>control word, counter latch, read-back</td></tr>
 * <tr><td>0x61</td><td>port B</td><td>port B, bits 0 to 3</td></tr>
 * </table>
 *
 * <p>All six modes, binary and BCD. CLK is 1,193,182 Hz. The gates of counters 0 and 1 are tied
 * high, that of counter 2 is bit 0 of port B. OUT of counter 0 is the interrupt, OUT of counter 2
 * is bit 5 of port B.
 *
 * <p><b>Time.</b> CLK is a function of the VM's clock: pulse k comes at k / 1,193,182 s. A counter
 * holds the pulse of its last load and derives count and OUT from the present pulse; nothing runs
 * in between, and nothing is rounded twice, so it never drifts.
 *
 * <p><b>Missed interrupts.</b> A host that is late may miss several periods. KVM's own PIT can
 * either deliver the missed ticks late, one after the other (<i>reinject</i>), or drop them
 * (<i>discard</i>). This one drops them: however many edges were missed, the interrupt controller
 * sees one, and the next comes on the original grid. That suits Linux, which reads the time from
 * another clock and takes a tick for nothing but a reason to look there; a guest that counts ticks
 * to know the time loses what the host missed.
 *
 * <p><b>Chosen where the datasheet leaves it open.</b> After a reset the counters behave as after
 * control word 0x30: mode 0, OUT low, waiting for a count. A counter that waits for its first count
 * reads 0. A count of 1 in modes 2 and 3 counts as 2. A BCD digit above 9 has the weight that its
 * place gives it.
 *
 * <p><b>Compared with KVM's own.</b> The same random accesses give the same answers, as far as KVM
 * (arch/x86/kvm/i8254.c, seen in Linux 6.1) keeps to the datasheet. It does not, and this one does,
 * in the following:
 *
 * <ul>
 *   <li>A control word stops the counter, sets OUT to its first level and drops what is latched.
 *   <li>BCD. Mode numbers 6 and 7 in a status as they were written. NULL COUNT.
 *   <li>A low gate stops modes 0, 2, 3 and 4, and the first of two bytes stops mode 0.
 *   <li>Modes 1 and 5 wait for a trigger; in KVM a written count starts them.
 *   <li>In modes 2 and 3 a new count waits for the end of the cycle.
 *   <li>OUT of modes 1, 2, 4 and 5, of which KVM has the opposite; odd counts in mode 3.
 *   <li>Bits 2 and 3 of port B are kept. The control word register reads as a floating bus.
 * </ul>
 *
 * <p>Two more are choices of either's: between the bytes of a count, a latched one goes on here
 * with the byte that is due and begins anew in KVM; and KVM shows in counter 0 that it limits a
 * short period, while counts are exact here.
 *
 * <p><b>Not emulated.</b> Sound: the speaker data bit is kept, nothing is played. Memory refresh by
 * counter 1: the refresh bit toggles every 18 pulses whatever counter 1 does. Parity and channel
 * check errors never occur.
 *
 * <p><b>Threats and mitigations.</b>
 *
 * <ul>
 *   <li>A guest asks for an interrupt every 1.7 us: the timer never wakes more than twice in 200 us
 *       for a periodic mode (KVM's own PIT has the same limit); counts and OUT stay exact.
 *   <li>A guest makes the device loop over missed periods: every access takes constant time,
 *       however much time has passed.
 *   <li>A crafted state: each value is checked, also against the others, before any is taken over.
 *   <li>Overflow after a long time: conversions split seconds from the rest and hold for the 292
 *       years that the VM's clock does.
 * </ul>
 */
package org.kvm4j.devices.pit;
