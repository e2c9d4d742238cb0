package org.kvm4j.irq;

/**
 * What became of a change of an interrupt line. The status in struct kvm_irq_level, by
 * KVM_IRQ_LINE_STATUS.
 */
public enum LineStatus {
  /** It reached a controller or a vCPU; a line that goes low says so, too. */
  DELIVERED,
  /** The interrupt before it is still pending: the guest sees one for both. */
  COALESCED,
  /** It is masked, or the line leads nowhere. */
  IGNORED;

  /** What the kernel's number means: how many took it, 0 if pending, negative if ignored. */
  public static LineStatus of(int status) {
    if (status < 0) {
      return IGNORED;
    }
    return status == 0 ? COALESCED : DELIVERED;
  }
}
