package org.kvm4j;

import java.util.List;

/**
 * Thrown when KVM refuses a model-specific register out of a list.
 *
 * <p>KVM works through a list in order and stops at the first that it refuses, so that the position
 * says how far it came. KVM API, KVM_GET_MSRS and KVM_SET_MSRS.
 */
public final class MsrRefusedException extends KvmException {

  private static final long serialVersionUID = 1L;

  private final int index;
  private final int position;
  private final transient List<Msr> valuesBefore;

  /**
   * For one register.
   *
   * @param call what was tried: {@code KVM_GET_MSRS on vCPU 0}
   * @param index of the register, unsigned
   * @param position in the list, from 0
   * @param valuesBefore the registers read before it; empty after a write
   */
  public MsrRefusedException(String call, int index, int position, List<Msr> valuesBefore) {
    super("%s: KVM refuses MSR 0x%x. Leave it out on this host.".formatted(call, index));
    this.index = index;
    this.position = position;
    this.valuesBefore = List.copyOf(valuesBefore);
  }

  /** The register that KVM refuses, unsigned. */
  public int index() {
    return index;
  }

  /** Its position in the list, from 0: so many registers before it were read or written. */
  public int position() {
    return position;
  }

  /** The registers read before it, in order; empty after a write, and after serialization. */
  public List<Msr> valuesBefore() {
    return valuesBefore == null ? List.of() : valuesBefore;
  }
}
