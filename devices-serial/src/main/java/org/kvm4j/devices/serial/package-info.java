/**
 * The serial port of a PC: a National Semiconductor PC16550D (16550A) on an ISA interrupt.
 *
 * <p><b>Datasheet.</b> National Semiconductor, <i>PC16550D Universal Asynchronous
 * Receiver/Transmitter with FIFOs</i> (TL/C/8652); the section numbers in this package are its.
 * Registers and bits have the names of {@code linux/serial_reg.h}.
 *
 * <p><b>Registers.</b> All of them, in eight ports of 8 bits; wider accesses are split by the bus.
 *
 * <table>
 *   <caption>Registers by offset</caption>
 *   <tr><th>Offset</th><th>Read</th><th>Write</th><th>With DLAB</th></tr>
 *   <tr><td>0</td><td>RBR</td><td>THR</td><td>DLL</td></tr>
 *   <tr><td>1</td><td>IER</td><td>IER</td><td>DLM</td></tr>
 *   <tr><td>2</td><td>IIR</td><td>FCR</td><td>IIR, FCR</td></tr>
 *   <tr><td>3</td><td>LCR</td><td>LCR</td><td>LCR</td></tr>
 *   <tr><td>4</td><td>MCR</td><td>MCR</td><td>MCR</td></tr>
 *   <tr><td>5</td><td>LSR</td><td>ignored</td><td>LSR</td></tr>
 *   <tr><td>6</td><td>MSR</td><td>ignored</td><td>MSR</td></tr>
 *   <tr><td>7</td><td>SCR</td><td>SCR</td><td>SCR</td></tr>
 * </table>
 *
 * <p><b>Transmission.</b> A character takes no time: it is with the host before the write to THR
 * has ended, and THRE and TEMT are set again. If the host has no room, characters stay in THR or
 * its FIFO with THRE and TEMT clear, and go out as soon as there is room; no vCPU waits. A guest
 * that writes on regardless loses the new character, as it would on a chip, and the log says so
 * once.
 *
 * <p><b>Reception.</b> Characters are taken from the host only while RBR or its FIFO has room, and
 * never in loop-back. So the host cannot overrun the guest; what the guest itself clears from the
 * FIFO is gone. The character time-out runs on VM time at the programmed rate and format.
 *
 * <p><b>Interrupt.</b> The line is high while OUT2 is set and any enabled cause is pending,
 * recomputed on every access. It falls in between when one access both clears a cause and raises it
 * again, because an ISA interrupt is an edge.
 *
 * <p><b>Left open by the datasheet, decided here.</b> After a reset the divisor is 12 (9600 baud)
 * and SCR 0. A divisor of 0 counts as 65536. An empty RBR reads 0. A full transmitter refuses the
 * new character. OUT2 gates the interrupt in loop-back, too. In loop-back a break arrives as a zero
 * character with BI and FE, and PE if that parity is wrong.
 *
 * <p><b>Not emulated.</b>
 *
 * <ul>
 *   <li>The time that characters take, but for the time-out, and the transmitter shift register:
 *       THRE and TEMT are one.
 *   <li>DMA (RXRDY, TXRDY): FCR bit 3 is ignored.
 *   <li>Word length, parity and break towards the host: it sends and gets 8-bit characters. They
 *       count in loop-back and for the time-out.
 *   <li>Modem lines of the host: CTS, DSR and DCD are always asserted, RI never; RTS and DTR are
 *       not passed on.
 *   <li>Writing LSR and MSR (factory test).
 * </ul>
 *
 * <p><b>Threats.</b> The guest chooses every access. It can flood the interrupt line and the host's
 * stream, which bounds itself; it can make nothing grow, since both queues hold 16 characters. It
 * can send any bytes: a terminal at the other end interprets control sequences, so untrusted guests
 * belong on a file or a socket. The host side can keep the guest busy, but not overrun it. A saved
 * state is checked as a whole before it is used: every bit must exist, and the parts must fit each
 * other.
 */
package org.kvm4j.devices.serial;
