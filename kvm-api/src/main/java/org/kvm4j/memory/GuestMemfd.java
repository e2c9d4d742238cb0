package org.kvm4j.memory;

import java.util.Set;

/**
 * A file of guest memory, which belongs to its VM and is closed with it. KVM_CREATE_GUEST_MEMFD.
 *
 * <p>The host can reach what is in it only if it has both {@link GuestMemfdFlag#MMAP} and {@link
 * GuestMemfdFlag#INIT_SHARED}: then {@link org.kvm4j.GuestMemory} shows it. Otherwise a slot has
 * two sides: {@code GuestMemory} shows the shared one, which is ordinary memory, and the guest's
 * private pages are out of reach. Which side the guest gets with {@code MMAP} alone is the kernel's
 * choice: give both flags or neither.
 */
public interface GuestMemfd {

  /** The size given when it was created. */
  long sizeBytes();

  /** The flags given when it was created. */
  Set<GuestMemfdFlag> flags();
}
