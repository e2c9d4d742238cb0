package org.kvm4j.core.kvm;

import static java.util.stream.Collectors.joining;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.VmType;

/** The types of VM that a host offers. KVM API, KVM_CAP_VM_TYPES. */
final class VmTypes {

  private VmTypes() {}

  /** A kernel without the capability offers type 0 alone; bits of later types are left out. */
  static Set<VmType> offeredBy(Capabilities host) {
    int mask = host.value(KvmCapability.VM_TYPES);
    Set<VmType> types = EnumSet.of(VmType.DEFAULT);
    for (VmType type : VmType.values()) {
      if ((mask >>> type.number() & 1) != 0) {
        types.add(type);
      }
    }
    return Collections.unmodifiableSet(types);
  }

  /** The kernel would only say EINVAL. */
  static void require(VmType type, Capabilities host) {
    if (type == VmType.DEFAULT) {
      return;
    }
    Set<VmType> offered = offeredBy(host);
    if (!offered.contains(type)) {
      throw new KvmException(
          ("A VM of type %s: this KVM offers only %s. Use one of these, or a host whose CPU has it"
                  + " and whose Linux is %s or later.")
              .formatted(
                  type, offered.stream().map(VmType::name).collect(joining(", ")), type.since()));
    }
  }
}
