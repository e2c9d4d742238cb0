package org.kvm4j.memory;

import org.kvm4j.MemorySlot;

/**
 * The pages that a vCPU has written, in the order of writing.
 *
 * <p>There is one if {@link MemorySlots#enableDirtyRings} came before the vCPU. When it is full
 * {@link org.kvm4j.Vcpu#run} returns {@link org.kvm4j.VcpuExit.DirtyRingFull}: harvest, then {@link
 * MemorySlots#resetDirtyRings}, then run again. Pages that a processor still has in a log of its
 * own come into the ring when the vCPU leaves {@code run}: kick it for them.
 *
 * <p>Threading: as the vCPU's other methods. KVM API, section 8, KVM_CAP_DIRTY_LOG_RING.
 */
public interface DirtyRing {

  /** Is told of written pages. */
  @FunctionalInterface
  interface Visitor {
    /**
     * One page was written.
     *
     * @param page its number within the slot, from 0
     */
    void written(MemorySlot slot, int page);
  }

  /** The pages that it can hold; 0 if the VM has no dirty rings. KVM keeps some in reserve. */
  int capacity();

  /**
   * Takes what the ring holds, oldest first. The entries are free only after {@link
   * MemorySlots#resetDirtyRings}.
   *
   * <p>Pages of slots that are gone are left out. If the visitor throws, its page stays in the
   * ring.
   *
   * @return the entries taken, with those left out
   * @throws IllegalStateException if the VM has no dirty rings
   */
  int harvest(Visitor visitor);
}
