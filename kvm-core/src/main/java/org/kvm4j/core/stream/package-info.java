/**
 * Byte streams between devices and the host: terminal, file, pseudo-terminal, socket, memory.
 *
 * <p>{@link org.kvm4j.core.stream.HostStreams} opens one from what a user writes. A stream has two
 * bounded rings ({@code Duplex}) and, where there are descriptors to serve, one daemon thread
 * ({@code Pump}) that polls them; where those descriptors come from, and what happens when the
 * other side leaves, is all that the kinds differ in ({@code HostEnd}).
 *
 * <p><b>Threats.</b> A guest writes without end: output is refused while the host is slow, and
 * dropped and counted while nobody is there. A guest never reads: input stays in the ring and then
 * in the kernel. A host that stops reading can hold up neither a vCPU (rings) nor the end of the VM
 * (nothing blocks but {@code poll}, which an eventfd wakes).
 */
package org.kvm4j.core.stream;
