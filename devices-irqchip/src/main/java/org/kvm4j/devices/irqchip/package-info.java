/**
 * The interrupt controllers of a PC outside the kernel, for a VM whose local APICs alone are KVM's
 * (<i>split irqchip</i>): the device {@code ioapic} and the device {@code pic}.
 *
 * <p><b>{@code ioapic}: Intel 82093AA</b>, order number 290566, with 24 pins; pin n is GSI n. Names
 * here are its own. At 0xfec00000:
 *
 * <table>
 * <caption>Memory-mapped registers</caption>
 * <tr><th>Offset</th><th>Register</th></tr>
 * <tr><td>0x00</td><td>IOREGSEL</td></tr>
 * <tr><td>0x10</td><td>IOWIN: IOAPICID, IOAPICVER, IOAPICARB, IOREDTBL 0 to 23</td></tr>
 * <tr><td>0x40</td><td>EOIR, write-only: that of version 0x20 (Intel ICH families)</td></tr>
 * </table>
 *
 * <p>A message to the local APICs takes the place of the APIC bus. It is sent at once, so that
 * delivery status always reads idle. Fixed and lowest-priority interrupts are edges or levels, with
 * remote IRR as soon as a local APIC takes them, and are sent anew with each write of the entry
 * until then; SMI, NMI and INIT are edges. An edge on a masked pin is lost, as the data sheet says.
 * Bits 49 to 55 of an entry, reserved there, are bits 8 to 14 of its destination, which a guest
 * uses if its CPUID has KVM_FEATURE_MSI_EXT_DEST_ID, and which KVM takes from a VM with 32-bit APIC
 * ids.
 *
 * <p><b>{@code pic}: two Intel 8259As</b>, order number 231468, cascaded as on a PC/AT. Ports 0x20
 * and 0xa0 (A0 = 0), 0x21 and 0xa1 (A0 = 1), and the edge/level control registers 0x4d0 and 0x4d1
 * of EISA chipsets (Intel 82371SB, order number 290550). ICW1 to ICW4 and OCW1 to OCW3 with
 * automatic EOI, rotation, special mask, special fully nested mode and poll. A request that is gone
 * when the processor asks gives the vector of IR7, the spurious interrupt.
 *
 * <p><b>Chosen where data sheets and KVM differ.</b>
 *
 * <ul>
 *   <li>A line is asserted or not: the polarity of a pin is kept and changes nothing, as in KVM.
 *   <li>The end of an interrupt is known by its vector alone (KVM_EXIT_IOAPIC_EOI), not by how the
 *       local APIC took it: the end of an edge also ends a level with the same vector, on another
 *       pin or on one that was an edge before, and what is still asserted is sent again. In KVM's
 *       own I/O APIC and in hardware it does not.
 *   <li>An edge at an 8259A is kept until it is taken, though the input may be low again: a timer
 *       is not lost while the host is late. KVM's does the same; by the data sheet it would be
 *       spurious.
 *   <li>An 8259A asks for nothing before it has its ICWs. KVM's sends vector 0.
 *   <li>In special mask mode what is masked keeps nothing away and no non-specific EOI ends it, and
 *       a poll sets bit 7 and the in-service bit, by the data sheet; KVM's does otherwise.
 *   <li>ICW1 clears what is in service, and an input that is high then must fall first to be an
 *       edge; KVM's keeps the former and forgets the latter.
 * </ul>
 *
 * <p><b>Not emulated.</b> ExtINT messages of the I/O APIC: KVM's local APICs ignore them. MCS-80/85
 * vectors, buffered mode, LTIM and ICW3: a PC has one way to be wired.
 *
 * <p><b>Threats and mitigations.</b>
 *
 * <ul>
 *   <li>A guest makes the host change KVM's table of routes, which is slow: that is done only when
 *       a level-triggered message is sent that differs from the pin's last one, so at most once for
 *       a register write of the guest.
 *   <li>An interrupt storm: a level-triggered pin waits for the guest's end of interrupt before it
 *       sends again; every access takes constant time.
 *   <li>A crafted state: each value is checked, also against the others, before any is taken over.
 * </ul>
 */
package org.kvm4j.devices.irqchip;
