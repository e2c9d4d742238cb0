/**
 * The small chips of a PC that an operating system expects, one class each.
 *
 * <h2>{@code i8042}: the keyboard controller's reset line</h2>
 *
 * <ul>
 *   <li>Chip: Intel 8042 as in the IBM PC/AT; ports 0x60 and 0x64. Commands 0xf0 to 0xfe, even:
 *       pulse the reset line.
 *   <li>Not emulated: everything else, above all keyboard and mouse. The status says that the
 *       output buffer is full, up to 64 bytes after a write, and the input buffer empty, so that a
 *       probe soon finds nothing, and neither a reboot nor a guest that empties the buffer waits.
 *       Port 0x61 belongs to the interval timer.
 *   <li>Gate A20 is always open, as KVM has none: command 0xd1 does nothing, and nothing answers at
 *       port 0x92. Whoever opens it by either and then looks whether it is open finds it so.
 * </ul>
 *
 * <h2>{@code rtc}: the real-time clock</h2>
 *
 * <ul>
 *   <li>Chip: Motorola MC146818A (its datasheet) with 128 bytes; ports 0x70 (index) and 0x71
 *       (data), IRQ 8. Calendar, alarm, registers A to D, RAM, and the century at 0x32. UTC.
 *   <li>RAM as firmware leaves it, and again after a reset: equipment at 0x14 (an FPU), the sizes
 *       of the memory at 0x15, 0x17, 0x30, 0x34 and 0x5b, the number of other CPUs at 0x5f, the
 *       checksum of 0x10 to 0x2d at 0x2e. The shutdown status at 0x0f is RAM that nobody acts on.
 *   <li>The clock is the VM's wall clock, which stands in a pause; what the guest sets is kept as
 *       an offset to it. An alarm that is skipped, because the wall clock was set, comes up to ten
 *       seconds later; one that falls due while the VM is saved does not come.
 *   <li>Not emulated: the battery (a reset forgets what the guest has set), daylight saving (DSE),
 *       the square wave (SQWE), NMI masking (bit 7 of the index), the second bank at 0x72; crystals
 *       other than 32,768 Hz run as that one does. The day of the week follows from the date. An
 *       update takes no time, but UIP announces it as the datasheet says. Values that no clock
 *       shows count on: minute 75 is a quarter past the next hour.
 * </ul>
 *
 * <h2>{@code acpi-pm}: fixed ACPI hardware</h2>
 *
 * <ul>
 *   <li>Specification: ACPI 6.5, 4.8.3. PM1a event block at the base (0x600), PM1a control block at
 *       base + 4, 32-bit power management timer at base + 8 (TMR_VAL_EXT); SCI on IRQ 9. The bits
 *       TMR_STS, TMR_EN, PWRBTN_STS, PWRBTN_EN, BM_RLD, SLP_TYP, SLP_EN; SCI_EN is always set, so
 *       there is no SMI_CMD. The host presses the power button.
 *   <li>SLP_TYP 5 is S5, power off: the DSDT must say so.
 *   <li>Not emulated: other sleep states, the sleep button (its bit can be enabled, but nothing
 *       sets its status), a button that is held until the power goes, the global lock, RTC wake,
 *       bus master status, PM2 and general-purpose events.
 * </ul>
 *
 * <h2>{@code pci-host}: PCI without slots, and the reset register</h2>
 *
 * <ul>
 *   <li>Specification: PCI Local Bus 3.0, section 3.2.2.3.2, configuration mechanism #1 at ports
 *       0xcf8 and 0xcfc. Function 0 of device 0 is a host bridge; a guest that finds none complains
 *       of having no PCI at all.
 *   <li>Chip: RST_CNT of Intel's ICH family (PIIX3: RC) at port 0xcf9, one byte wide; RST_CPU going
 *       from 0 to 1 resets. Four bytes at 0xcf8 are CONFIG_ADDRESS.
 *   <li>Not emulated: slots, a difference between soft, hard and full reset.
 * </ul>
 *
 * <h2>{@code pvpanic}: news of a guest's panic</h2>
 *
 * <ul>
 *   <li>Specification: QEMU's pvpanic, ISA variant, port 0x505. PANICKED is reported as the VM's
 *       end, CRASH_LOADED is logged.
 *   <li>Not emulated: SHUTDOWN, the PCI variant.
 * </ul>
 *
 * <h2>{@code post-code}: the POST code latch</h2>
 *
 * <ul>
 *   <li>Port 0x80: reads return what was written last. The last 16 codes, each run of equal ones
 *       once, are logged at DEBUG when the VM is reset or closed, and are {@code codes} in the
 *       saved state.
 *   <li>Not emulated: the DMA page register that shares the port; the delay that it is used for.
 * </ul>
 *
 * <h2>{@code debug-console}: a port that prints</h2>
 *
 * <ul>
 *   <li>Specification: Bochs's port 0xe9 and QEMU's isa-debugcon; firmware (SeaBIOS, OVMF) prints
 *       to one at 0x402. A byte written is a character of output; reads give 0xe9, which says that
 *       the port is there. Each device is one port: give two different back-ends.
 *   <li>Not emulated: another read-back value. What the host does not take in time is lost.
 * </ul>
 *
 * <h2>{@code debug-exit}: an end with a status</h2>
 *
 * <ul>
 *   <li>Specification: QEMU's isa-debug-exit. A write of v in any width, to any of four ports, asks
 *       for the end of the VM with status (v &lt;&lt; 1 | 1) &amp; 0xff, so never 0. Reads give 0.
 *   <li>Not emulated: another number of ports.
 * </ul>
 *
 * <h2>Threats and what is done about them</h2>
 *
 * <ul>
 *   <li>A guest chooses every value: registers keep the bits that exist; calendar arithmetic takes
 *       any register contents and stays within the years 0 to 30,000.
 *   <li>A guest wants to keep the host busy: no handler loops over time that has passed, a device
 *       has at most one timer armed, and only for an interrupt that is enabled and not yet pending.
 *       The periodic interrupt comes at most 8,192 times a second, and only if the guest reads
 *       register C each time.
 *   <li>A guest wants to fill the log: what it does is logged once. What it prints to {@code
 *       debug-console} goes where the user says, unfiltered, as with a serial port.
 *   <li>A guest chooses the exit status: only where the user has added {@code debug-exit}, and then
 *       among odd numbers, which include some of the launcher's own.
 *   <li>A saved state is forged: every value is checked before the first is taken over.
 * </ul>
 */
package org.kvm4j.devices.platform;
